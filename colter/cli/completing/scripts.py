"""The completion scripts, each one function over tables that are filled in here."""

from collections.abc import Callable, Sequence

from typer.core import TyperGroup

from colter.cli.completing.words import Flag, Place, places

_NOTE = "colter: completion of commands, options and choices. Made by `colter completion`; do not edit."

_BASH = r"""# __NOTE__
# Works alone; with the bash-completion package it is loaded at the first TAB.
_colter_completion() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} path='' word i skip=''
    COMPREPLY=()
    # Bash splits at `=`: --format=js is three words.
    [[ $cur == '=' ]] && cur=''
    [[ $prev == '=' ]] && prev=${COMP_WORDS[COMP_CWORD-2]}
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ -n $skip ]]; then skip=''; continue; fi
        case "$path:$word" in
__VALUES__
        esac
        case "${path:+$path }$word" in
__PATHS__
        esac
    done
    case "$path:$prev" in
__CHOICES__
    esac
    if [[ $cur == -* ]]; then
        case "$path" in
__FLAGS__
        esac
    else
        case "$path" in
__COMMANDS__
        esac
    fi
}
complete -F _colter_completion colter
"""

_ZSH = r"""#compdef colter
# __NOTE__
_colter() {
    local cur=${words[CURRENT]} prev=${words[CURRENT-1]} where='' word i skip='' lead=''
    local -a known
    for ((i = 2; i < CURRENT; i++)); do
        word=${words[i]}
        if [[ -n $skip ]]; then skip=''; continue; fi
        case "$where:$word" in
__VALUES__
        esac
        case "${where:+$where }$word" in
__PATHS__
        esac
    done
    if [[ $cur == --*=* ]]; then prev=${cur%%=*}; compset -P '*='; cur=''; fi
    case "$where:$prev" in
__CHOICES__
    esac
    if [[ $cur == -* ]]; then
        case "$where" in
__FLAGS__
        esac
    else
        case "$where" in
__COMMANDS__
        esac
    fi
    (( $#known )) && _describe -V 'colter' known
}
# Autoloaded, this file is the function itself, and the first TAB must already answer.
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _colter "$@"; else compdef _colter colter; fi
"""

_FISH = r"""# __NOTE__
function __colter_at --description 'Whether the command line stands at this command'
    set -l path
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
            continue
        end
        switch "$path:$word"
__VALUES__
        end
        switch (string join -- ' ' $path $word)
__PATHS__
        end
    end
    test "$path" = "$argv[1]"
end
complete -c colter -f
__RULES__
"""

_POWERSHELL = r"""# __NOTE__
Register-ArgumentCompleter -Native -CommandName colter -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $commands = @{
__COMMANDS__
    }
    $flags = @{
__FLAGS__
    }
    $choices = @{
__CHOICES__
    }
    $values = @(__VALUES__)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
    if ($wordToComplete -ne '' -and $words.Count) { $words = @($words | Select-Object -SkipLast 1) }
    $path = ''
    $skip = $false
    foreach ($word in $words) {
        if ($skip) { $skip = $false; continue }
        if ($values -ccontains "${path}:$word") { $skip = $true; continue }
        $next = "$path $word".Trim()
        if ($commands.ContainsKey($next)) { $path = $next }
    }
    $previous = if ($words.Count) { $words[-1] } else { '' }
    $known = if ($choices.ContainsKey("${path}:$previous")) { $choices["${path}:$previous"] }
        elseif ($skip) { @() }
        elseif ($wordToComplete -like '-*') { $flags[$path] }
        else { $commands[$path] }
    $known | Where-Object { $_ -clike "$wordToComplete*" } | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
    }
}
"""


def script(shell: str, tree: TyperGroup) -> str:
    """The completion script for a shell, from the whole tree of commands."""
    return SHELLS[shell](places(tree))


def _bash(tree: Sequence[Place]) -> str:
    def reply(words: Sequence[str]) -> str:
        return f"""COMPREPLY=($(compgen -W '{" ".join(words)}' -- "$cur"))"""

    rows = [(place, flag) for place in tree for flag in place.flags if flag.takes_value]
    return _filled(
        _BASH,
        VALUES=[f"            {_patterns(place, flag)}) skip=1; continue ;;" for place, flag in rows],
        PATHS=[f"            '{place.path}') path='{place.path}' ;;" for place in tree if place.path],
        CHOICES=[f"        {_patterns(place, flag)}) {_bash_value(flag, reply)}; return ;;" for place, flag in rows],
        FLAGS=[f"            '{place.path}') {reply(_spellings(place))} ;;" for place in tree],
        COMMANDS=[f"            '{place.path}') {reply(_next(place))} ;;" for place in tree if _next(place)],
    )


def _bash_value(flag: Flag, reply: Callable[[Sequence[str]], str]) -> str:
    if flag.takes_file:
        return 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur"))'
    return reply(flag.choices) if flag.choices else ":"


def _zsh(tree: Sequence[Place]) -> str:
    helps = {place.path: place.help for place in tree}

    def known(pairs: Sequence[tuple[str, str]]) -> str:
        return f"known=({' '.join(_zsh_word(word, text) for word, text in pairs)})"

    def following(place: Place) -> str:
        return known([(word, helps.get(f"{place.path} {word}".strip(), "")) for word in _next(place)])

    def spelled(place: Place) -> str:
        return known([(name, flag.help) for flag in place.flags for name in flag.names])

    def value(flag: Flag) -> str:
        if flag.takes_file:
            return "_files; return"
        return f"{known([(word, '') for word in flag.choices])}; _describe -V 'colter' known; return"

    rows = [(place, flag) for place in tree for flag in place.flags if flag.takes_value]
    return _filled(
        _ZSH,
        VALUES=[f"            {_patterns(place, flag)}) skip=1; continue ;;" for place, flag in rows],
        PATHS=[f"            '{place.path}') where='{place.path}' ;;" for place in tree if place.path],
        CHOICES=[f"        {_patterns(place, flag)}) {value(flag)} ;;" for place, flag in rows],
        FLAGS=[f"            '{place.path}') {spelled(place)} ;;" for place in tree],
        COMMANDS=[f"            '{place.path}') {following(place)} ;;" for place in tree if _next(place)],
    )


def _fish(tree: Sequence[Place]) -> str:
    helps = {place.path: place.help for place in tree}
    rules = []
    for place in tree:
        at = f"complete -c colter -n \"__colter_at '{place.path}'\""
        rules += [f"{at} -a {word}{_fish_help(helps.get(f'{place.path} {word}'.strip(), ''))}" for word in _next(place)]
        rules += [f"{at} {_fish_flag(flag)}{_fish_help(flag.help)}" for flag in place.flags]
    rows = [(place, flag) for place in tree for flag in place.flags if flag.takes_value]
    return _filled(
        _FISH,
        VALUES=[
            line
            for place, flag in rows
            for line in (
                f"            case {_patterns(place, flag, between=' ')}",
                "                set skip 1",
                "                continue",
            )
        ],
        PATHS=[
            line
            for place in tree
            if place.path
            for line in (f"            case '{place.path}'", f"                set path '{place.path}'")
        ],
        RULES=rules,
    )


def _fish_flag(flag: Flag) -> str:
    spelled = [f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in flag.names]
    if flag.takes_value:
        spelled.append(f"-r -a '{' '.join(flag.choices)}'" if flag.choices else "-r -F" if flag.takes_file else "-r")
    return " ".join(spelled)


def _powershell(tree: Sequence[Place]) -> str:
    def row(key: str, words: Sequence[str]) -> str:
        return f"        '{key}' = @({', '.join(_quoted(word) for word in words)})"

    valued = [
        (f"{place.path}:{name}", flag)
        for place in tree
        for flag in place.flags
        if flag.takes_value
        for name in flag.names
    ]
    return _filled(
        _POWERSHELL,
        COMMANDS=[row(place.path, _next(place)) for place in tree],
        FLAGS=[row(place.path, _spellings(place)) for place in tree],
        CHOICES=[row(key, flag.choices) for key, flag in valued if flag.choices],
        VALUES=[", ".join(_quoted(key) for key, _ in valued)],
    )


def _filled(template: str, **tables: Sequence[str]) -> str:
    text = template.replace("__NOTE__", _NOTE)
    for name, lines in tables.items():
        text = text.replace(f"__{name}__", "\n".join(lines))
    return text


def _patterns(place: Place, flag: Flag, between: str = "|") -> str:
    return between.join(f"'{place.path}:{name}'" for name in flag.names)


def _spellings(place: Place) -> list[str]:
    return [name for flag in place.flags for name in flag.names]


def _next(place: Place) -> tuple[str, ...]:
    return place.commands or place.words


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"


def _zsh_word(word: str, text: str) -> str:
    return "'" + f"{word}:{text}".rstrip(":").replace("'", "'\\''") + "'"


def _fish_help(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f" -d '{escaped}'" if escaped else ""


SHELLS: dict[str, Callable[[Sequence[Place]], str]] = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
    "powershell": _powershell,
}
