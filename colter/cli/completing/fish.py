"""Completion in fish, from 3.0 on."""

from collections.abc import Iterable, Sequence

from colter.cli.completing.templates import described, filled, paths
from colter.cli.completing.words import Place, Value, spots, valued

_TEMPLATE = r"""# __NOTE__
# Nothing that is typed or read is executed.
# What may stand at the cursor; asked for `path`, whether a path may.
function __colter_complete --argument-names asked
    set -l place ''
    set -l spot ''
    set -l at 0
    set -l only ''
    set -l many ''
    set -l head ''
    set -l path ''
    set -l described
    set -l known
    set -l config "$COLTER_CONFIG"
    set -l state "$COLTER_STATE"
    for word in (commandline -opc)[2..-1]
        set -l value_of "$spot"
        set spot ''
        switch "$value_of"
            case -c --config
                set config $word
                continue
            case --state
                set state $word
                continue
            case '-*'
                continue
        end
        if test -z "$only"; and string match -q -- '-?*' $word
            switch $word
                case --
                    set only 1
                case '--config=*'
                    set config (string replace -r '^[^=]*=' '' -- $word)
                case '--state=*'
                    set state (string replace -r '^[^=]*=' '' -- $word)
            end
            switch "$place:$word"
                case __VALUED__
                    set spot $word
            end
            continue
        end
        switch (string trim -- "$place $word")
            case __PATHS__
                set place (string trim -- "$place $word")
                set at 0
            case '*'
                set at (math $at + 1)
        end
    end

    set -l typed (commandline -ct)
    if test -z "$spot$only"; and string match -q -- '--*=*' $typed
        set spot (string replace -r '=.*' '' -- $typed)
        set head $spot=
    else if test -z "$spot$only"; and string match -q -- '-*' $typed
        set spot -
    end
    set -l value (string replace -- "$head" '' $typed)
    test -n "$spot"; or set spot $at
    switch "$place:$spot"
        case '*:-'
            switch "$place"
__FLAGS__
            end
            set -a described __EVERYWHERE__
__SPOTS__
    end
    if test "$asked" = path
        test -n "$path"
        return
    end
    if test -n "$many"; and string match -q -- '*,*' $value
        set -l chosen (string split , -- (string replace -r ',[^,]*$' '' -- $value))
        set head $head(string join , $chosen),
        for word in $chosen
            contains -i -- $word $known | read -l found; and set -e known[$found]
        end
    end
    string join \n -- $described $head$known
end

# The names of these kinds, as the last command that read the configuration has left them.
function __colter_names
    set -l mac (test -d /System/Library; and echo 1)
    set -l config $argv[1]
    set -l state $argv[2]
    if test -z "$state"
        set state ~/.local/state/colter
        test -n "$mac"; and set state ~/Library/Application\ Support/colter
        string match -q -- '/*' "$XDG_STATE_HOME"; and set state $XDG_STATE_HOME/colter
    end
    if test -z "$config"
        set config ~/.config/colter/config.yaml
        test -n "$mac"; and set config ~/Library/Application\ Support/colter/config.yaml
        string match -q -- '/*' "$XDG_CONFIG_HOME"; and set config $XDG_CONFIG_HOME/colter/config.yaml
        test -e $config; or set config ~/.colter_config.yaml
    end
    set state (string replace -r '^~/' $HOME/ -- $state)
    set config (string replace -r '^~/' $HOME/ -- $config)
    set -l folder (string match -r '^.*/' -- $config; or echo ./)
    set folder (builtin realpath -- $folder 2>/dev/null; or echo /nowhere)
    set config (string trim -r -c / -- $folder)/(string replace -r '^.*/' '' -- $config)
    set -l file $state/names/(string replace -a / % -- $config)
    test -f $file -a -r $file; or return 0
    string replace -rf '^(?:'(string join '|' $argv[3..-1])') ' '' <$file
end

complete -c colter -f -a '(__colter_complete)'
complete -c colter -n '__colter_complete path' -F
"""


def fish(tree: Sequence[Place]) -> str:
    """The script for the whole tree of commands."""
    helps = {place.path: place.help for place in tree}
    return filled(
        _TEMPLATE,
        VALUED=[_patterns(pattern for each in valued(tree) for pattern in each)],
        PATHS=[_patterns(paths(tree))],
        EVERYWHERE=[_words(described(tree[0]))],
        FLAGS=[
            line
            for place in tree[1:]
            if place.flags
            for line in (f"                case '{place.path}'", f"{' ' * 20}set described {_words(described(place))}")
        ],
        SPOTS=[
            line
            for where, value in spots(tree)
            for line in (f"        case {_patterns(where)}", *_action(where[0], value, helps))
        ],
    )


def _action(where: str, value: Value, helps: dict[str, str]) -> Iterable[str]:
    for step in _steps(where, value, helps):
        yield " " * 12 + step


def _steps(where: str, value: Value, helps: dict[str, str]) -> Iterable[str]:
    if value.path:
        yield "set path 1"
    elif value.commands:
        path = where.partition(":")[0]
        pairs = [(word, helps[f"{path} {word}".strip()]) for word in value.words]
        yield f"set described {_words(pairs)}"
    if value.many:
        yield "set many 1"
    if value.names:
        yield f'set known (__colter_names "$config" "$state" {" ".join(value.names)})'
    if value.words and not value.commands:
        yield ("set -q known[1]; or " if value.names else "") + f"set known {' '.join(value.words)}"


def _patterns(written: Iterable[str]) -> str:
    return " ".join(f"'{pattern}'" for pattern in written)


def _words(pairs: Iterable[tuple[str, str]]) -> str:
    return " ".join(f"{word}\\t'{_escaped(text)}'" for word, text in pairs)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")
