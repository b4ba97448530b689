# colter: completion of commands, options, choices and names. Made by `colter completion`; do not edit.
# Works alone; the package bash-completion loads it at the first TAB. Nothing that is typed or read is executed.
_colter_completion() {
    local line=${COMP_LINE:0:COMP_POINT} words=() known=() quote='' place='' spot='' at=0 only='' many=''
    local config=${COLTER_CONFIG-} state=${COLTER_STATE-} word typed past open head=''
    COMPREPLY=()
    # Readline cuts words at `:` and `=` too: what stands before the part it wants ($2) is past.
    _colter_split "${line%"${2-}"}"
    past=${words[${#words[@]}-1]} open=$quote
    _colter_split "$line"
    [[ ${#words[@]} -gt 1 ]] || return 0
    typed=${words[${#words[@]}-1]}

    for word in "${words[@]:1:${#words[@]}-2}"; do
        case $spot in
            -c|--config) config=$word spot=''; continue ;;
            --state) state=$word spot=''; continue ;;
            -*) spot=''; continue ;;
        esac
        if [[ -z $only && $word == -?* ]]; then
            case $word in
                --) only=1 ;;
                --config=*) config=${word#*=} ;;
                --state=*) state=${word#*=} ;;
            esac
            case $place:$word in
                'probe:-X'|'probe:--method'|'probe:-H'|'probe:--header'|'probe:-d'|'probe:--data'|'probe:--expect'|'probe:--count'|'probe:--interval'|'probe:--wait'|'probe:--fail-on'|'probe:--timeout'|'beat:--log'|'export:--since'|'export:--until'|'export:--timeout'|'export:--listen'|'daemon:--every'|'daemon:--listen'|'report:--window'|'report:--since'|'report:--until'|'report:--fail-on'|'track github:--fail-on'|'track github:--timeout'|'track pypi:--fail-on'|'track pypi:--timeout'|'track all:--fail-on'|'track all:--timeout'|'alerts simulate:--since'|'alerts simulate:--until'|'alerts silence:--for'|'alerts silence:--until'|'alerts silence:--note'|'config reseal:--was') spot=$word ;;
                'probe:-o'|'probe:--output'|'export:-o'|'export:--output'|'daemon:-o'|'daemon:--output'|'track github:-o'|'track github:--output'|'track pypi:-o'|'track pypi:--output'|'track all:-o'|'track all:--output') spot=$word ;;
                'probe:-f'|'probe:--format') spot=$word ;;
                'probe:--file'|'export:--file'|'status:--file'|'report:--file'|'track github:--file'|'track pypi:--file'|'track all:--file'|'alerts list:--file'|'alerts simulate:--file'|'config passwd:--new-password-file'|'config import legacy:--salt'|'config import legacy:--new-password-file') spot=$word ;;
                'export:--source') spot=$word ;;
                'export:-f'|'export:--format') spot=$word ;;
                'status:-f'|'status:--format'|'track github:-f'|'track github:--format'|'track pypi:-f'|'track pypi:--format'|'track all:-f'|'track all:--format') spot=$word ;;
                'report:-f'|'report:--format'|'alerts list:-f'|'alerts list:--format'|'alerts simulate:-f'|'alerts simulate:--format') spot=$word ;;
                'track github:--with') spot=$word ;;
                'track pypi:--by') spot=$word ;;
                *':-c'|*':--config'|*':--password-file') spot=$word ;;
                *':--state') spot=$word ;;
                *':--color') spot=$word ;;
                *':--log-format') spot=$word ;;
                *':--password-command') spot=$word ;;
            esac
            continue
        fi
        case ${place:+$place }$word in
            'probe'|'beat'|'export'|'daemon'|'status'|'report'|'forget'|'login'|'logout'|'completion'|'demo'|'track'|'track github'|'track pypi'|'track all'|'alerts'|'alerts list'|'alerts test'|'alerts simulate'|'alerts silence'|'alerts unsilence'|'config'|'config init'|'config path'|'config show'|'config check'|'config schema'|'config get'|'config set'|'config unset'|'config edit'|'config seal'|'config reseal'|'config passwd'|'config rekey'|'config import'|'config import legacy') place=${place:+$place }$word at=0 ;;
            *) (( at += 1 )) ;;
        esac
    done

    if [[ -z $spot$only && $typed == --*=* ]]; then
        spot=${typed%%=*} head=${typed%%=*}=
    elif [[ -z $spot$only && $typed == -* ]]; then
        spot=-
    fi
    case $place:${spot:-$at} in
        *:-)
            known=(-c --config --state -v --verbose -q --quiet --color --log-format --no-input --password-file --password-command -V --version -h --help)
            case $place in
                'probe') known+=(-X --method -H --header -d --data --expect --count --interval --wait --explain -o --output -f --format --file --dry-run --no-store --fail-on --timeout) ;;
                'beat') known+=(--start --success --fail --log) ;;
                'export') known+=(-o --output --since --until --source -f --format --file --timeout --dry-run --refused --listen --delete) ;;
                'daemon') known+=(--every --listen -o --output --once) ;;
                'status') known+=(-f --format --file) ;;
                'report') known+=(--window --since --until -f --format --file --fail-on) ;;
                'forget') known+=(--yes -y --dry-run --force) ;;
                'logout') known+=(--all) ;;
                'demo') known+=(--keep) ;;
                'track github') known+=(--with -o --output -f --format --file --dry-run --no-store --fail-on --timeout) ;;
                'track pypi') known+=(--by -o --output -f --format --file --dry-run --no-store --fail-on --timeout) ;;
                'track all') known+=(-o --output -f --format --file --dry-run --no-store --fail-on --timeout) ;;
                'alerts list') known+=(--all --undelivered -f --format --file) ;;
                'alerts test') known+=(--dry-run) ;;
                'alerts simulate') known+=(--since --until -f --format --file) ;;
                'alerts silence') known+=(--for --until --note) ;;
                'alerts unsilence') known+=(--all) ;;
                'config show') known+=(--reveal --effective) ;;
                'config get') known+=(--reveal) ;;
                'config reseal') known+=(--was) ;;
                'config passwd') known+=(--new-password-file) ;;
                'config import legacy') known+=(--salt --new-password-file) ;;
            esac ;;
        'probe:-X'|'probe:--method'|'probe:-H'|'probe:--header'|'probe:-d'|'probe:--data'|'probe:--expect'|'probe:--count'|'probe:--interval'|'probe:--wait'|'probe:--fail-on'|'probe:--timeout'|'beat:--log'|'export:--since'|'export:--until'|'export:--timeout'|'export:--listen'|'daemon:--every'|'daemon:--listen'|'report:--window'|'report:--since'|'report:--until'|'report:--fail-on'|'track github:--fail-on'|'track github:--timeout'|'track pypi:--fail-on'|'track pypi:--timeout'|'track all:--fail-on'|'track all:--timeout'|'alerts simulate:--since'|'alerts simulate:--until'|'alerts silence:--for'|'alerts silence:--until'|'alerts silence:--note'|'config reseal:--was') : ;;
        'probe:-o'|'probe:--output'|'export:-o'|'export:--output'|'daemon:-o'|'daemon:--output'|'track github:-o'|'track github:--output'|'track pypi:-o'|'track pypi:--output'|'track all:-o'|'track all:--output') many=1; _colter_names sink; [[ ${#known[@]} != 0 ]] || known=(influx prometheus database file) ;;
        'probe:-f'|'probe:--format') known=(table text json jsonl csv markdown openmetrics junit nagios github) ;;
        'probe:--file'|'export:--file'|'status:--file'|'report:--file'|'track github:--file'|'track pypi:--file'|'track all:--file'|'alerts list:--file'|'alerts simulate:--file'|'config passwd:--new-password-file'|'config import legacy:--salt'|'config import legacy:--new-password-file') compopt -o default 2>/dev/null ;;
        'export:--source') many=1; known=(github pypi probe) ;;
        'export:-f'|'export:--format') known=(jsonl csv influx openmetrics table text json markdown) ;;
        'status:-f'|'status:--format'|'track github:-f'|'track github:--format'|'track pypi:-f'|'track pypi:--format'|'track all:-f'|'track all:--format') known=(table text json jsonl csv markdown openmetrics) ;;
        'report:-f'|'report:--format'|'alerts list:-f'|'alerts list:--format'|'alerts simulate:-f'|'alerts simulate:--format') known=(table text json jsonl csv markdown) ;;
        'track github:--with') many=1; known=(downloads issues traffic ci security) ;;
        'track pypi:--by') many=1; known=(python system) ;;
        *':-c'|*':--config'|*':--password-file') compopt -o default 2>/dev/null ;;
        *':--state') compopt -o dirnames 2>/dev/null ;;
        *':--color') known=(auto always never) ;;
        *':--log-format') known=(text json) ;;
        *':--password-command') : ;;
        ':0') known=(probe beat export daemon status report forget login logout completion demo track alerts config) ;;
        'probe:'*) _colter_names endpoint tag ;;
        'beat:0') _colter_names heartbeat ;;
        'beat:'*|'config get:0'|'config set:0'|'config set:1'|'config unset:0'|'config reseal:0') : ;;
        'report:'*|'alerts simulate:'*|'alerts silence:'*|'alerts unsilence:'*) _colter_names endpoint heartbeat tag ;;
        'forget:'*) _colter_names former ;;
        'completion:0') known=(bash zsh fish powershell) ;;
        'track:0') known=(github pypi all) ;;
        'track github:'*) _colter_names repository ;;
        'track pypi:'*) _colter_names package ;;
        'alerts:0') known=(list test simulate silence unsilence) ;;
        'alerts test:0') _colter_names channel ;;
        'config:0') known=(init path show check schema get set unset edit seal reseal passwd rekey import) ;;
        'config check:0'|'config import legacy:0') compopt -o default 2>/dev/null ;;
        'config import:0') known=(legacy) ;;
    esac
    [[ -z $many || ${typed#"$head"} != *,* ]] || head=${typed%,*},
    for word in ${known[@]+"${known[@]}"}; do
        [[ $head$word == "$typed"* ]] || continue
        [[ -z $many || ,${head#*=} != *",$word,"* ]] || continue
        _colter_reply "$head$word"
    done
}

# Takes the quotes off: sets `words`, of which the last may be unfinished and empty, and `quote`, if one is open.
_colter_split() {
    local rest=$1 word='' some='' char
    words=() quote=''
    while [[ -n $rest ]]; do
        char=${rest:0:1} rest=${rest:1}
        case $quote$char in
            [[:space:]]) [[ -z $some ]] || words+=("$word"); word='' some=''; continue ;;
            \'\'|'""') quote='' ;;
            \'|'"') quote=$char ;;
            '\') word+=${rest:0:1} rest=${rest:1} ;;
            '"\') [[ ${rest:0:1} == [\"\\\$\`] ]] && char=${rest:0:1} rest=${rest:1}; word+=$char ;;
            *) word+=$char ;;
        esac
        some=1
    done
    words+=("$word")
}

# Adds a whole word to the replies: only what is not past, quoted as the line is at this place.
_colter_reply() {
    local word=${1#"$past"}
    case $open in
        \') word=${word//\'/\'\\\'\'} ;;
        '"')
            word=${word//\\/\\\\} word=${word//\"/\\\"} word=${word//\$/\\\$} word=${word//\`/\\\`}
            word=${word//\!/\"\'!\'\"} ;; # in double quotes the history would be asked
        *) [[ -z $word || -z ${word//[[:alnum:]_.\/,@%+=:-]/} ]] || printf -v word %q "$word" ;;
    esac
    # Readline closes the quotes, unless it takes the end of the word for a closed one.
    [[ -z $open || $word != *"$open" ]] || word+=$open
    COMPREPLY+=("$word")
}

# Adds the names of these kinds, as the last command that read the configuration has left them.
_colter_names() {
    local kind name
    if [[ -z $state ]]; then
        state=$HOME/.local/state/colter
        [[ $OSTYPE != darwin* ]] || state="$HOME/Library/Application Support/colter"
        [[ ${XDG_STATE_HOME-} != /* ]] || state=$XDG_STATE_HOME/colter
    fi
    if [[ -z $config ]]; then
        config=$HOME/.config/colter/config.yaml
        [[ $OSTYPE != darwin* ]] || config="$HOME/Library/Application Support/colter/config.yaml"
        [[ ${XDG_CONFIG_HOME-} != /* ]] || config=$XDG_CONFIG_HOME/colter/config.yaml
        [[ -e $config ]] || config=$HOME/.colter_config.yaml
    fi
    [[ $state != '~/'* ]] || state=$HOME/${state#*/}
    [[ $config != '~/'* ]] || config=$HOME/${config#*/}
    [[ $config == */* ]] || config=./$config
    config=$(CDPATH='' builtin cd -P -- "${config%/*}/" 2>/dev/null && printf %s "${PWD%/}")/${config##*/}
    name=$state/names/${config//\//%}
    [[ -f $name && -r $name ]] || return 0
    while IFS=' ' read -r kind name; do
        [[ " $* " != *" $kind "* ]] || known+=("$name")
    done < "$name"
}

complete -F _colter_completion colter
