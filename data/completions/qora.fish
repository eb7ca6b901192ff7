# Completion of qora for fish
#
# SPDX-License-Identifier: Apache-2.0

complete -c qora -l new-window -d 'Open a window more'
complete -c qora -l gapplication-service -d 'Run without a window until one is asked for'
complete -c qora -s h -l help -d 'Print the options'
complete -c qora -l help-all -d 'Print the options of all groups'
complete -c qora -l help-gapplication -d 'Print the options that every GApplication has'
