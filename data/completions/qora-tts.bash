# Completion of qora-tts for bash
#
# SPDX-License-Identifier: Apache-2.0

# _qora_tts_files ENDING...: folders, and files whose names end so
_qora_tts_files() {
  local ending
  compopt -o filenames
  mapfile -t COMPREPLY < <(
    compgen -d -- "$cur"
    for ending in "$@"; do
      compgen -f -X "!*.$ending" -- "$cur"
    done)
}

# _qora_tts_ask OPTION: what the model that the line names has of it, one a line
_qora_tts_ask() {
  local i model=()
  for ((i = 1; i < COMP_CWORD - 1; i++)); do
    case ${COMP_WORDS[i]} in
      --load | --model-path)
        model=("${COMP_WORDS[i]}")
        [ "${COMP_WORDS[i + 1]}" != = ] || ((i++))
        model+=("${COMP_WORDS[i + 1]/#\~/$HOME}") ;;
    esac
  done
  "${COMP_WORDS[0]/#\~/$HOME}" --quiet "${model[@]}" "$1" 2>/dev/null
}

_qora_tts_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

_qora_tts() {
  local cur=$2 prev=$3
  COMPREPLY=()
  # bash splits at the equals sign
  if [ "$cur" = = ]; then
    cur=
  elif [ "$prev" = = ]; then
    prev=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case $prev in
    --load | --save) _qora_tts_files qora-tts ;;
    --model-path) _qora_tts_files ;;
    --text-file) _qora_tts_files txt md html epub srt vtt ;;
    --output) _qora_tts_files wav flac opus ogg mp3 ;;
    --pronunciation) _qora_tts_files tsv txt ;;
    --subtitles) _qora_tts_files srt vtt lrc ;;
    --codes-in | --codes-out | --stats) _qora_tts_files json ;;
    --precision) _qora_tts_words 'q4 q8 f16 bf16 f32' ;;
    --text-mode) _qora_tts_words 'streaming non-streaming' ;;
    --speaker) _qora_tts_words "$(_qora_tts_ask --list-speakers)" ;;
    --language) _qora_tts_words "$(_qora_tts_ask --list-languages)" ;;
    --download) _qora_tts_words "$(qora-tts --list-models 2>/dev/null | cut -d ' ' -f 1)" ;;
    --mirror | --text | --instruct | --threads | --batch | --pause | --chapter | --seed | --max-codes) ;;
    --temperature | --top-k | --top-p | --repetition-penalty) ;;
    *)
      _qora_tts_words '--load --model-path --precision --f16 --save --compact --threads --text
        --text-file --chapter --list-chapters --speaker --language --instruct --pronunciation --text-mode --special-tokens
        --batch --pause --seed --max-codes --temperature --top-k --top-p --repetition-penalty
        --greedy --no-runaway-guard
        --output --subtitles --codes-out --codes-in --stats --tokenize --list-speakers
        --list-languages --list-models --download --mirror --info --quiet --version --help' ;;
  esac
}

complete -F _qora_tts qora-tts
