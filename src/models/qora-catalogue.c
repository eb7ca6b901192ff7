/* qora-catalogue.c: the voice models that can be downloaded
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-catalogue.h"

#include <glib/gi18n.h>
#include <string.h>

#include "qora-json-file.h"

/* Names become names of files and parts of addresses: nothing in them may need quoting. */
#define PLAIN G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "._-"
#define HEX   "0123456789abcdef"

struct _QoraCatalogueEntry
{
  GObject parent_instance;

  char *name;
  char *title;
  char *kind;
  char *repository;
  char *revision;
  char *server;
  GPtrArray *files; /* QoraCatalogueFile */
  guint64 size;
  guint64 packed_size;
};

G_DEFINE_FINAL_TYPE (QoraCatalogueEntry, qora_catalogue_entry, G_TYPE_OBJECT)

static void
catalogue_file_free (QoraCatalogueFile *file)
{
  g_free (file->path);
  g_free (file->sha256);
  g_free (file);
}

static void
qora_catalogue_entry_finalize (GObject *object)
{
  QoraCatalogueEntry *self = QORA_CATALOGUE_ENTRY (object);

  g_free (self->name);
  g_free (self->title);
  g_free (self->kind);
  g_free (self->repository);
  g_free (self->revision);
  g_free (self->server);
  g_ptr_array_unref (self->files);
  G_OBJECT_CLASS (qora_catalogue_entry_parent_class)->finalize (object);
}

static void
qora_catalogue_entry_class_init (QoraCatalogueEntryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qora_catalogue_entry_finalize;
}

static void
qora_catalogue_entry_init (QoraCatalogueEntry *self)
{
  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify) catalogue_file_free);
}

const char *
qora_catalogue_entry_get_name (QoraCatalogueEntry *self)
{
  return self->name;
}

const char *
qora_catalogue_entry_get_title (QoraCatalogueEntry *self)
{
  return self->title;
}

const char *
qora_catalogue_entry_get_kind (QoraCatalogueEntry *self)
{
  return self->kind;
}

const char *
qora_catalogue_entry_get_revision (QoraCatalogueEntry *self)
{
  return self->revision;
}

guint
qora_catalogue_entry_get_n_files (QoraCatalogueEntry *self)
{
  return self->files->len;
}

const QoraCatalogueFile *
qora_catalogue_entry_get_file (QoraCatalogueEntry *self, guint i)
{
  return g_ptr_array_index (self->files, i);
}

guint64
qora_catalogue_entry_get_size (QoraCatalogueEntry *self)
{
  return self->size;
}

guint64
qora_catalogue_entry_get_packed_size (QoraCatalogueEntry *self)
{
  return self->packed_size;
}

char *
qora_catalogue_entry_get_uri (QoraCatalogueEntry *self, guint i)
{
  return g_strdup_printf ("%s/%s/resolve/%s/%s", self->server, self->repository, self->revision,
                          qora_catalogue_entry_get_file (self, i)->path);
}

/* A relative path without ways out of its folder. */
static gboolean
is_plain_path (const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);

  for (char **part = parts; *part != NULL; part++)
    if ((*part)[0] == '.' || (*part)[0] == '\0' || (*part)[strspn (*part, PLAIN)] != '\0')
      return FALSE;
  return parts[0] != NULL;
}

static gboolean
is_plain_name (const char *name)
{
  return is_plain_path (name) && strchr (name, '/') == NULL;
}

static gboolean
is_hex (const char *text, gsize min_digits, gsize max_digits)
{
  gsize n = strspn (text, HEX);

  return n >= min_digits && n <= max_digits && text[n] == '\0';
}

static gboolean
is_revision (const char *text)
{
  return is_hex (text, 40, 64);
}

static gboolean
is_sha256 (const char *text)
{
  return is_hex (text, 64, 64);
}

static gboolean
is_kind (const char *text)
{
  return strcmp (text, "custom-voice") == 0 || strcmp (text, "voice-design") == 0;
}

static gboolean
is_title (const char *text)
{
  return text[0] != '\0';
}

/* The string member `key` of the object that the reader is at, or NULL with *error. */
static char *
read_string (JsonReader *reader, const char *key, gboolean (*is_valid) (const char *),
             GError **error)
{
  const char *found = NULL;
  char *value = NULL;

  if (json_reader_read_member (reader, key))
    found = json_reader_get_string_value (reader);
  if (found != NULL && is_valid (found))
    value = g_strdup (found);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("\"%s\" is missing or wrong"), key);
  json_reader_end_member (reader);
  return value;
}

static gboolean
read_file (JsonReader *reader, QoraCatalogueEntry *entry, GError **error)
{
  QoraCatalogueFile *file = g_new0 (QoraCatalogueFile, 1);
  gint64 size = 0;

  g_ptr_array_add (entry->files, file);
  file->path = read_string (reader, "path", is_plain_path, error);
  if (file->path == NULL)
    return FALSE;
  file->sha256 = read_string (reader, "sha256", is_sha256, error);
  if (file->sha256 == NULL)
    return FALSE;
  if (json_reader_read_member (reader, "size"))
    size = json_reader_get_int_value (reader);
  json_reader_end_member (reader);
  if (size <= 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   _ ("\"size\" of %s is missing or wrong"), file->path);
      return FALSE;
    }
  file->size = size;
  entry->size += file->size;
  return TRUE;
}

static gboolean
read_files (JsonReader *reader, QoraCatalogueEntry *entry, GError **error)
{
  gboolean ok = TRUE;
  int n = 0;

  if (json_reader_read_member (reader, "files") && json_reader_is_array (reader))
    n = json_reader_count_elements (reader);
  for (int i = 0; ok && i < n; i++)
    {
      ok = json_reader_read_element (reader, i) && read_file (reader, entry, error);
      json_reader_end_element (reader);
    }
  json_reader_end_member (reader);
  if (ok && n <= 0)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 _ ("\"files\" of %s is missing or empty"), entry->name);
  return ok && n > 0;
}

static gboolean
read_packed_size (JsonReader *reader, QoraCatalogueEntry *entry, GError **error)
{
  gint64 size = 0;

  if (json_reader_read_member (reader, "packed_size"))
    size = json_reader_get_int_value (reader);
  json_reader_end_member (reader);
  if (size <= 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   _ ("\"packed_size\" of %s is missing or wrong"), entry->name);
      return FALSE;
    }
  entry->packed_size = (guint64) size;
  return TRUE;
}

static QoraCatalogueEntry *
read_entry (JsonReader *reader, const char *server, GError **error)
{
  g_autoptr (QoraCatalogueEntry) entry = g_object_new (QORA_TYPE_CATALOGUE_ENTRY, NULL);

  entry->server = g_strdup (server);
  entry->name = read_string (reader, "name", is_plain_name, error);
  if (entry->name == NULL)
    return NULL;
  entry->title = read_string (reader, "title", is_title, error);
  if (entry->title == NULL)
    return NULL;
  entry->kind = read_string (reader, "kind", is_kind, error);
  if (entry->kind == NULL)
    return NULL;
  entry->repository = read_string (reader, "repository", is_plain_path, error);
  if (entry->repository == NULL)
    return NULL;
  entry->revision = read_string (reader, "revision", is_revision, error);
  if (entry->revision == NULL || !read_packed_size (reader, entry, error)
      || !read_files (reader, entry, error))
    return NULL;
  return g_steal_pointer (&entry);
}

gboolean
qora_catalogue_is_server (const char *text)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);

  return uri != NULL
         && (strcmp (g_uri_get_scheme (uri), "https") == 0
             || strcmp (g_uri_get_scheme (uri), "http") == 0)
         && g_uri_get_host (uri) != NULL && g_uri_get_host (uri)[0] != '\0'
         && g_uri_get_query (uri) == NULL && g_uri_get_fragment (uri) == NULL;
}

static GListModel *
read_catalogue (JsonReader *reader, const char *mirror, GError **error)
{
  g_autoptr (GListStore) list = g_list_store_new (QORA_TYPE_CATALOGUE_ENTRY);
  g_autofree char *server = read_string (reader, "server", qora_catalogue_is_server, error);
  gboolean ok = TRUE;
  int n = -1;

  if (server == NULL)
    return NULL;
  if (mirror != NULL && mirror[0] != '\0')
    {
      g_free (server);
      server = g_strdup (mirror);
    }
  while (g_str_has_suffix (server, "/"))
    server[strlen (server) - 1] = '\0';

  if (json_reader_read_member (reader, "models") && json_reader_is_array (reader))
    n = json_reader_count_elements (reader);
  for (int i = 0; ok && i < n; i++)
    {
      g_autoptr (QoraCatalogueEntry) entry = NULL;

      ok = json_reader_read_element (reader, i)
           && (entry = read_entry (reader, server, error)) != NULL;
      json_reader_end_element (reader);
      if (ok)
        g_list_store_append (list, entry);
    }
  json_reader_end_member (reader);
  if (n < 0)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("\"models\" is missing"));
  return ok && n >= 0 ? G_LIST_MODEL (g_steal_pointer (&list)) : NULL;
}

GListModel *
qora_catalogue_load (const char *path, const char *mirror, GError **error)
{
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (JsonReader) reader = NULL;
  GListModel *list;

  if (mirror != NULL && mirror[0] != '\0' && !qora_catalogue_is_server (mirror))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _ ("mirror %s: must be an address such as https://example.org/models"), mirror);
      return NULL;
    }
  root = qora_json_file_load (path, error);
  if (root == NULL)
    return NULL;
  reader = json_reader_new (root);
  list = read_catalogue (reader, mirror, error);
  if (list == NULL)
    g_prefix_error (error, "%s: ", path);
  return list;
}

/* The catalogue beside the running program, in a build tree or a prefix that was moved. */
static char *
find_beside_program (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = program != NULL ? g_path_get_dirname (program) : NULL;
  const char *const places[] = { "../share/qora-tts/models.json", "../../data/models.json" };

  for (gsize i = 0; folder != NULL && i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *path = g_build_filename (folder, places[i], NULL);

      if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&path);
    }
  return NULL;
}

GListModel *
qora_catalogue_load_default (const char *mirror, GError **error)
{
  g_autofree char *path = g_strdup (g_getenv ("QORA_TTS_CATALOGUE"));

  if (path == NULL)
    path = find_beside_program ();
  if (path == NULL)
    path = g_strdup (QORA_CATALOGUE);
  if (mirror == NULL || mirror[0] == '\0')
    mirror = g_getenv ("QORA_TTS_MIRROR");
  return qora_catalogue_load (path, mirror, error);
}

QoraCatalogueEntry *
qora_catalogue_find (GListModel *catalogue, const char *name)
{
  for (guint i = 0; i < g_list_model_get_n_items (catalogue); i++)
    {
      g_autoptr (QoraCatalogueEntry) entry = g_list_model_get_item (catalogue, i);

      if (g_ascii_strcasecmp (entry->name, name) == 0)
        return g_steal_pointer (&entry);
    }
  return NULL;
}
