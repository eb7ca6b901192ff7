# Completion of qora for bash
#
# SPDX-License-Identifier: Apache-2.0

_qora() {
  local cur=$2
  case $cur in
    -*)
      mapfile -t COMPREPLY < <(compgen -W '--new-window --gapplication-service --help --help-all
        --help-gapplication' -- "$cur") ;;
    *)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -d -- "$cur"; compgen -f -X '!*.txt' -- "$cur") ;;
  esac
}

complete -F _qora qora
