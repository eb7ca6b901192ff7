# Completion of qora-tts for fish
#
# SPDX-License-Identifier: Apache-2.0

# What the model that the line names has of an option, one a line
function __qora_tts_ask
    set -l words (commandline -opc)
    set -l model
    for i in (seq 2 (count $words))
        switch $words[$i]
            case --load --model-path
                set model $words[$i] $words[(math $i + 1)]
            case '--load=*' '--model-path=*'
                set model $words[$i]
        end
    end
    $words[1] --quiet $model $argv 2>/dev/null
end

complete -c qora-tts -f
complete -c qora-tts -l load -r -F -d 'Speak with a .qora-tts file'
complete -c qora-tts -l model-path -x -a '(__fish_complete_directories)' \
    -d 'Speak with a Hugging Face checkpoint'
complete -c qora-tts -l precision -x -a 'q4 q8 f16 bf16 f32' -d 'Weights of a checkpoint'
complete -c qora-tts -l f16 -d 'The same as --precision f16'
complete -c qora-tts -l save -r -F -d 'Write the model to a .qora-tts file'
complete -c qora-tts -l compact -d 'Save with at most 8 bits a weight'
complete -c qora-tts -l threads -x -d 'Worker threads'
complete -c qora-tts -l text -x -d 'Text to speak, in one go'
complete -c qora-tts -l text-file -r -F -d 'Text, book or subtitles to speak sentence by sentence'
complete -c qora-tts -l chapter -x -d 'Speak only this chapter of the file'
complete -c qora-tts -l list-chapters -d 'Print the chapters of the file'
complete -c qora-tts -l speaker -x -a '(__qora_tts_ask --list-speakers)' -d 'Preset voice'
complete -c qora-tts -l language -x -a '(__qora_tts_ask --list-languages)' \
    -d 'Language of the text'
complete -c qora-tts -l instruct -x -d 'Style, or description of a designed voice'
complete -c qora-tts -l pronunciation -r -F -d 'Speak words in another way than they are written'
complete -c qora-tts -l text-mode -x -a 'streaming non-streaming' \
    -d 'How the model reads the text'
complete -c qora-tts -l special-tokens -d 'Strings such as <|im_end|> are special tokens'
complete -c qora-tts -l batch -x -d 'Sentences made together'
complete -c qora-tts -l pause -x -d 'Silence between sentences, in seconds'
complete -c qora-tts -l seed -x -d 'Same seed, same speech'
complete -c qora-tts -l max-codes -x -d 'At most so many frames of 80 ms for each text'
complete -c qora-tts -l temperature -x -d 'Variety'
complete -c qora-tts -l top-k -x -d 'Draw from the best codes'
complete -c qora-tts -l top-p -x -d 'Draw from the best codes of this probability'
complete -c qora-tts -l repetition-penalty -x -d 'Penalty for codes that were there before'
complete -c qora-tts -l greedy -d 'Always take the best code'
complete -c qora-tts -l no-runaway-guard -d 'Do not stop speech that is far too long'
complete -c qora-tts -l output -r -F -d 'Sound file'
complete -c qora-tts -l subtitles -r -F -d 'Write the text with its times'
complete -c qora-tts -l codes-out -r -F -d 'Write the codes as JSON'
complete -c qora-tts -l codes-in -r -F -d 'Turn such codes into sound'
complete -c qora-tts -l stats -r -F -d 'Write sizes and times as JSON'
complete -c qora-tts -l tokenize -d "Print the text's token ids as JSON"
complete -c qora-tts -l list-speakers -d "Print the model's voices"
complete -c qora-tts -l list-languages -d "Print the model's languages"
complete -c qora-tts -l list-models -d 'Print the models that are installed or can be downloaded'
complete -c qora-tts -l download -x -d 'Fetch a model of the catalogue' \
    -a "(qora-tts --list-models 2>/dev/null | string replace -r ' .*' '')"
complete -c qora-tts -l mirror -x -d 'Download from another server'
complete -c qora-tts -l info -d 'Print what is known of the model'
complete -c qora-tts -s q -l quiet -d 'Only errors'
complete -c qora-tts -l version -d 'Print the version'
complete -c qora-tts -s h -l help -d 'Print all options'
