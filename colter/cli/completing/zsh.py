"""Completion in zsh, in a file that `compinit` loads at the first TAB."""

from collections.abc import Iterable, Sequence

from colter.cli.completing.bash_and_zsh import walk
from colter.cli.completing.templates import described, filled, patterns
from colter.cli.completing.words import Place, Value, spots

_TEMPLATE = r"""#compdef colter
# __NOTE__
# Nothing that is typed or read is executed.
_colter() {
    local place='' spot='' at=0 only='' many='' config=$COLTER_CONFIG state=$COLTER_STATE word
    local -a described known
    for word in "${(@Q)words[2,CURRENT-1]}"; do
__WALK__
    done

    if [[ -z $spot$only && $PREFIX == --*=* ]]; then
        spot=${PREFIX%%=*}
        compset -P 1 '*='
    elif [[ -z $spot$only && $PREFIX == -* ]]; then
        spot=-
    fi
    case $place:${spot:-$at} in
        *:-)
            case $place in
__FLAGS__
            esac
            described+=(__EVERYWHERE__) ;;
__SPOTS__
    esac
    if [[ -n $many && $PREFIX == *,* ]]; then
        local -a chosen=(${(s:,:)${PREFIX%,*}})
        known=(${known:|chosen})
        compset -P '*,'
    fi
    (( ! $#described )) || _describe -V colter described
    (( ! $#known )) || compadd -V colter -a -- known
}

# Adds the names of these kinds, as the last command that read the configuration has left them.
_colter_names() {
    local kind
    if [[ -z $state ]]; then
        state=$HOME/.local/state/colter
        [[ $OSTYPE != darwin* ]] || state="$HOME/Library/Application Support/colter"
        [[ $XDG_STATE_HOME != /* ]] || state=$XDG_STATE_HOME/colter
    fi
    if [[ -z $config ]]; then
        config=$HOME/.config/colter/config.yaml
        [[ $OSTYPE != darwin* ]] || config="$HOME/Library/Application Support/colter/config.yaml"
        [[ $XDG_CONFIG_HOME != /* ]] || config=$XDG_CONFIG_HOME/colter/config.yaml
        [[ -e $config ]] || config=$HOME/.colter_config.yaml
    fi
    [[ $state != '~/'* ]] || state=$HOME/${state#*/}
    [[ $config != '~/'* ]] || config=$HOME/${config#*/}
    config=${${config:h:P}%/}/${config:t}
    config=$state/names/${config//\//%}
    [[ -f $config && -r $config ]] || return 0
    local -a lines=("${(@f)$(<$config)}")
    for kind; do
        known+=("${(@)${(@M)lines:#$kind *}#$kind }")
    done
}

# Autoloaded, this file is the function itself, and the first TAB must already answer.
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _colter "$@"; else compdef _colter colter; fi
"""


def zsh(tree: Sequence[Place]) -> str:
    """The script for the whole tree of commands."""
    helps = {place.path: place.help for place in tree}
    return filled(
        _TEMPLATE,
        WALK=[walk(tree)],
        EVERYWHERE=[_words(described(tree[0]))],
        FLAGS=[
            f"                '{place.path}') described=({_words(described(place))}) ;;"
            for place in tree[1:]
            if place.flags
        ],
        SPOTS=[f"        {patterns(where)}) {_action(where[0], value, helps)} ;;" for where, value in spots(tree)],
    )


def _action(where: str, value: Value, helps: dict[str, str]) -> str:
    if value.path:
        return f"_files{'' if value.path == 'file' else ' -/'}; return"
    if value.commands:
        path = where.partition(":")[0]
        return f"described=({_words((word, helps[f'{path} {word}'.strip()]) for word in value.words)})"
    steps = ["many=1"] if value.many else []
    if value.names:
        steps.append(f"_colter_names {' '.join(value.names)}")
    if value.words:
        steps.append(("(( $#known )) || " if value.names else "") + f"known=({' '.join(value.words)})")
    return "; ".join(steps) or ":"


def _words(pairs: Iterable[tuple[str, str]]) -> str:
    return " ".join("'" + f"{word}:{text}".rstrip(":").replace("'", "'\\''") + "'" for word, text in pairs)
