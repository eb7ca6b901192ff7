/* test-safetensors.c: good files are read, and each way of being broken is named
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "weights/checkpoint.h"

/* A file of this header and `n` bytes of data, 1, 2, 3 ... */
static GByteArray *
make_file (const char *header, guint n)
{
  GByteArray *file = g_byte_array_new ();
  const guint64 length = GUINT64_TO_LE (strlen (header));

  g_byte_array_append (file, (const guint8 *) &length, sizeof length);
  g_byte_array_append (file, (const guint8 *) header, strlen (header));
  for (guint i = 1; i <= n; i++)
    g_byte_array_append (file, &(guint8){ i }, 1);
  return file;
}

static void
test_tensors (void)
{
  g_autoptr (GByteArray) file
      = make_file ("{\"__metadata__\":{\"format\":\"pt\"},"
                   "\"b\":{\"dtype\":\"BF16\",\"shape\":[2,1],\"data_offsets\":[1,5]},"
                   "\"a\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[5,13]},"
                   "\"new\":{\"dtype\":\"F4\",\"shape\":[6],\"data_offsets\":[13,16]},"
                   "\"none\":{\"dtype\":\"F32\",\"shape\":[0,7],\"data_offsets\":[16,16]}}  ",
                   16);
  const qtts_tensor *tensor;
  qtts_safetensors *parsed;
  qtts_error error;

  if (qtts_safetensors_parse ("f", file->data, file->len, &parsed, &error) != QTTS_OK)
    g_error ("%s", error.message);
  g_assert_cmpuint (parsed->n_tensors, ==, 4);
  tensor = qtts_safetensors_find (parsed, "b");
  g_assert_cmpint (tensor->dtype, ==, QTTS_DTYPE_BF16);
  g_assert_cmpint (tensor->n_dims, ==, 2);
  g_assert_cmpuint (tensor->dims[0], ==, 2);
  g_assert_cmpmem (tensor->data, tensor->bytes, "\2\3\4\5", 4);
  g_assert_cmpint (qtts_safetensors_find (parsed, "a")->dtype, ==, QTTS_DTYPE_OTHER);
  g_assert_cmpstr (qtts_safetensors_find (parsed, "new")->dtype_name, ==, "F4");
  g_assert_null (qtts_safetensors_find (parsed, "__metadata__"));
  g_assert_null (qtts_safetensors_find (parsed, "c"));
  qtts_safetensors_free (parsed);
}

static void
assert_refused (GByteArray *file, gsize length, const char *message)
{
  qtts_safetensors *parsed;
  qtts_error error = { 0 };

  g_assert_cmpint (qtts_safetensors_parse ("some/file", file->data, length, &parsed, &error), ==,
                   QTTS_ERROR_FORMAT);
  g_assert_null (parsed);
  if (strstr (error.message, message) == NULL || strstr (error.message, "some/file") == NULL)
    g_error ("\"%s\" does not say \"%s\" and the file", error.message, message);
}

static void
test_broken_headers (void)
{
#define F32_AT(shape, offsets)                                                                     \
  "{\"t\":{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":" offsets "}}"
  static const struct
  {
    const char *header, *message;
  } cases[] = {
    { "", "is not a JSON object" },
    { "[]", "is not a JSON object" },
    { "{\"t\":", "is not a JSON object" },
    { "{\"t\":3}", "tensor t has no dtype" },
    { "{\"t\":{\"dtype\":4}}", "tensor t has no dtype" },
    { "{\"t\":{\"dtype\":\"FLOAT_VERY_LONG\"}}", "tensor t has no dtype" },
    { "{\"t\":{\"dtype\":\"F32\"}}", "tensor t has an impossible shape" },
    { "{\"t\":{\"dtype\":\"F32\",\"shape\":[2]}}", "tensor t has no data_offsets" },
    { F32_AT ("[2]", "[0]"), "has no data_offsets" },
    { F32_AT ("[2]", "[0,8,8]"), "has no data_offsets" },
    { F32_AT ("[2]", "[0,8.5]"), "has no data_offsets" },
    { F32_AT ("[2]", "[-1,7]"), "has no data_offsets" },
    { F32_AT ("[2]", "[8,0]"), "lies outside the file" },
    { F32_AT ("[2]", "[16,24]"), "lies outside the file" },
    { F32_AT ("[2]", "[0,9007199254740992]"), "lies outside the file" },
    { F32_AT ("[2]", "[0,4]"), "contradicts its bytes" },
    { F32_AT ("[3]", "[0,8]"), "contradicts its bytes" },
    { F32_AT ("[-2]", "[0,8]"), "has an impossible shape" },
    { F32_AT ("[1.5]", "[0,8]"), "has an impossible shape" },
    { F32_AT ("[\"2\"]", "[0,8]"), "has an impossible shape" },
    { F32_AT ("[1,1,1,1,1,1,1,1,2]", "[0,8]"), "has an impossible shape" },
    { F32_AT ("[4294967296,4294967296,2]", "[0,0]"), "has an impossible shape" },
    { "{\"t\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
      "\"u\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[3,7]}}",
      "tensors t and u overlap" },
    { "{\"t\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
      "\"t\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4,8]}}",
      "tensor t is listed twice" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GByteArray) file = make_file (cases[i].header, 16);

      assert_refused (file, file->len, cases[i].message);
    }
}

static void
test_broken_lengths (void)
{
  g_autoptr (GByteArray) file = make_file (F32_AT ("[2]", "[0,8]"), 8);

  assert_refused (file, 0, "is too short");
  assert_refused (file, 7, "is too short");
  assert_refused (file, 20, "cut short");
  assert_refused (file, file->len - 1, "lies outside the file");
  file->data[7] = 0xFF;
  assert_refused (file, file->len, "is no safetensors file");
}

/* A folder of files that the tests below fill. */
typedef struct
{
  char *path;
  qtts_checkpoint *checkpoint;
  qtts_error error;
} Folder;

static void
set_up (Folder *folder, gconstpointer unused)
{
  folder->path = g_dir_make_tmp ("qtts-checkpoint-XXXXXX", NULL);
  g_assert_nonnull (folder->path);
}

static void
tear_down (Folder *folder, gconstpointer unused)
{
  g_autoptr (GDir) dir = g_dir_open (folder->path, 0, NULL);
  const char *name;

  qtts_checkpoint_close (folder->checkpoint);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder->path, name, NULL);

      g_unlink (path);
    }
  g_assert_cmpint (g_rmdir (folder->path), ==, 0);
  g_free (folder->path);
}

static void
put (Folder *folder, const char *name, const void *bytes, gsize n)
{
  g_autofree char *path = g_build_filename (folder->path, name, NULL);

  g_assert_true (g_file_set_contents (path, bytes, n, NULL));
}

/* A shard with one tensor of two bytes. */
static void
put_shard (Folder *folder, const char *name, const char *tensor)
{
  g_autofree char *header = g_strdup_printf (
      "{\"%s\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}", tensor);
  g_autoptr (GByteArray) file = make_file (header, 2);

  put (folder, name, file->data, file->len);
}

static void
put_index (Folder *folder, const char *json)
{
  put (folder, "model.safetensors.index.json", json, strlen (json));
}

static void
assert_no_checkpoint (Folder *folder, qtts_status status, const char *message)
{
  g_assert_cmpint (qtts_checkpoint_open (folder->path, &folder->checkpoint, &folder->error), ==,
                   status);
  g_assert_null (folder->checkpoint);
  if (strstr (folder->error.message, message) == NULL
      || strstr (folder->error.message, folder->path) == NULL)
    g_error ("\"%s\" does not say \"%s\" and the folder", folder->error.message, message);
}

static void
test_shards (Folder *folder, gconstpointer unused)
{
  put_shard (folder, "one.safetensors", "a.x");
  put_shard (folder, "two.safetensors", "b.y");
  put_index (folder, "{\"metadata\":{},\"weight_map\":{\"a.x\":\"one.safetensors\","
                     "\"b.y\":\"two.safetensors\"}}");
  if (qtts_checkpoint_open (folder->path, &folder->checkpoint, &folder->error) != QTTS_OK)
    g_error ("%s", folder->error.message);
  g_assert_true (
      g_str_has_suffix (qtts_checkpoint_find (folder->checkpoint, "b.y")->file, "two.safetensors"));
  g_assert_null (qtts_checkpoint_find (folder->checkpoint, "c"));
  g_assert_cmpuint (qtts_checkpoint_bytes (folder->checkpoint, "a."), ==, 2);
}

static void
test_nothing_there (Folder *folder, gconstpointer unused)
{
  assert_no_checkpoint (folder, QTTS_ERROR_FILE, "has no model.safetensors and no");
}

static void
test_missing_shard (Folder *folder, gconstpointer unused)
{
  put_index (folder, "{\"weight_map\":{\"a\":\"gone.safetensors\"}}");
  assert_no_checkpoint (folder, QTTS_ERROR_FILE, "gone.safetensors: No such file");
}

static void
test_tensor_not_in_its_shard (Folder *folder, gconstpointer unused)
{
  put_shard (folder, "one.safetensors", "a");
  put_index (folder, "{\"weight_map\":{\"b\":\"one.safetensors\"}}");
  assert_no_checkpoint (folder, QTTS_ERROR_FORMAT, "tensor b is not in one.safetensors");
}

static void
test_index_may_not_leave_the_folder (Folder *folder, gconstpointer unused)
{
  static const char *const names[]
      = { "\"../model.safetensors\"", "\"/etc/passwd\"", "\"..\"", "\"\"", "\"a/b\"", "7" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"weight_map\":{\"a\":%s}}", names[i]);

      put_index (folder, json);
      assert_no_checkpoint (folder, QTTS_ERROR_FORMAT, "weight_map.a must be the name of a file");
    }
  put_index (folder, "{}");
  assert_no_checkpoint (folder, QTTS_ERROR_FORMAT, "weight_map is missing");
}

#define ADD(name, function)                                                                        \
  g_test_add ("/checkpoint/" name, Folder, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/safetensors/tensors", test_tensors);
  g_test_add_func ("/safetensors/broken-headers", test_broken_headers);
  g_test_add_func ("/safetensors/broken-lengths", test_broken_lengths);
  ADD ("shards", test_shards);
  ADD ("nothing-there", test_nothing_there);
  ADD ("missing-shard", test_missing_shard);
  ADD ("tensor-not-in-its-shard", test_tensor_not_in_its_shard);
  ADD ("index-may-not-leave-the-folder", test_index_may_not_leave_the_folder);
  return g_test_run ();
}
