"""Completion in bash, from 3.2 on, the one of macOS."""

from collections.abc import Sequence

from colter.cli.completing.bash_and_zsh import walk
from colter.cli.completing.templates import filled, patterns, spellings
from colter.cli.completing.words import Place, Value, spots

_TEMPLATE = r"""# __NOTE__
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
__WALK__
    done

    if [[ -z $spot$only && $typed == --*=* ]]; then
        spot=${typed%%=*} head=${typed%%=*}=
    elif [[ -z $spot$only && $typed == -* ]]; then
        spot=-
    fi
    case $place:${spot:-$at} in
        *:-)
            known=(__EVERYWHERE__)
            case $place in
__FLAGS__
            esac ;;
__SPOTS__
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
"""


def bash(tree: Sequence[Place]) -> str:
    """The script for the whole tree of commands."""
    return filled(
        _TEMPLATE,
        WALK=[walk(tree)],
        EVERYWHERE=[" ".join(spellings(tree[0]))],
        FLAGS=[
            f"                '{place.path}') known+=({' '.join(spellings(place))}) ;;"
            for place in tree[1:]
            if place.flags
        ],
        SPOTS=[f"        {patterns(places)}) {_action(value)} ;;" for places, value in spots(tree)],
    )


def _action(value: Value) -> str:
    if value.path:
        return f"compopt -o {'default' if value.path == 'file' else 'dirnames'} 2>/dev/null"
    steps = ["many=1"] if value.many else []
    if value.names:
        steps.append(f"_colter_names {' '.join(value.names)}")
    if value.words:
        steps.append(("[[ ${#known[@]} != 0 ]] || " if value.names else "") + f"known=({' '.join(value.words)})")
    return "; ".join(steps) or ":"
