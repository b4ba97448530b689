"""Completion in PowerShell, on Linux and macOS. Nobody has run it as part of the suite."""

from collections.abc import Iterable, Sequence

from colter.cli.completing.templates import filled, paths, spellings
from colter.cli.completing.words import Place, Value, spots, valued

_TEMPLATE = r"""# __NOTE__
# Nothing that is typed or read is executed.
Register-ArgumentCompleter -Native -CommandName colter -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $paths = @(__PATHS__)
    $config = $env:COLTER_CONFIG
    $state = $env:COLTER_STATE

    # Adds the names of these kinds, as the last command that read the configuration has left them.
    function Read-Names([string[]] $kinds) {
        $library = "$HOME/Library/Application Support/colter"
        if (-not $state) {
            $state = if ("$env:XDG_STATE_HOME".StartsWith('/')) { "$env:XDG_STATE_HOME/colter" }
                elseif ($IsMacOS) { $library } else { "$HOME/.local/state/colter" }
        }
        if (-not $config) {
            $config = if ("$env:XDG_CONFIG_HOME".StartsWith('/')) { "$env:XDG_CONFIG_HOME/colter/config.yaml" }
                elseif ($IsMacOS) { "$library/config.yaml" } else { "$HOME/.config/colter/config.yaml" }
            if (-not (Test-Path -LiteralPath $config)) { $config = "$HOME/.colter_config.yaml" }
        }
        $state = $state -replace '^~/', "$HOME/"
        $config = [System.IO.Path]::Combine($PWD.ProviderPath, ($config -replace '^~/', "$HOME/"))
        $file = "$state/names/" + [System.IO.Path]::GetFullPath($config).Replace('/', '%')
        if (-not (Test-Path -LiteralPath $file -PathType Leaf)) { return }
        foreach ($line in [System.IO.File]::ReadAllLines($file)) {
            $kind, $name = $line -split ' ', 2
            if ($kinds -ccontains $kind) { $name }
        }
    }

    $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { if ($null -ne $_.Value) { "$($_.Value)" } else { "$_" } })
    $place = ''
    $spot = ''
    $at = 0
    $only = $false
    foreach ($word in $words) {
        $option, $spot = $spot, ''
        if ($option) {
            if ($option -cin '-c', '--config') { $config = $word }
            elseif ($option -ceq '--state') { $state = $word }
            continue
        }
        if (-not $only -and $word -clike '-?*') {
            if ($word -ceq '--') { $only = $true }
            elseif ($word -clike '--config=*') { $config = $word.Substring(9) }
            elseif ($word -clike '--state=*') { $state = $word.Substring(8) }
            switch -CaseSensitive -Wildcard ("${place}:$word") {
__VALUED__
            }
            continue
        }
        $next = "$place $word".Trim()
        if ($paths -ccontains $next) { $place = $next; $at = 0 } else { $at++ }
    }

    $typed = $wordToComplete.Trim([char[]] "'`"")
    $head = ''
    if (-not $spot -and -not $only) {
        if ($typed -clike '--*=*') { $spot = $typed.Split('=')[0]; $head = "$spot=" }
        elseif ($typed -clike '-*') { $spot = '-' }
    }
    if (-not $spot) { $spot = "$at" }
    $many = $false
    $known = @()
    switch -CaseSensitive -Wildcard ("${place}:$spot") {
        '*:-' {
            $known = @(__EVERYWHERE__)
            switch -CaseSensitive ($place) {
__FLAGS__
            }
            break
        }
__SPOTS__
    }
    if ($many -and $typed.Contains(',')) { $head = $typed.Substring(0, $typed.LastIndexOf(',') + 1) }
    foreach ($word in $known) {
        $whole = "$head$word"
        if (-not $whole.StartsWith($typed, [System.StringComparison]::Ordinal)) { continue }
        $quoted = if ($whole -cmatch '^[\w./=:+-]+$') { $whole }
            else { "'" + ($whole -replace "(['\u2018-\u201b])", '$1$1') + "'" } # curly ones are quotes here too
        [System.Management.Automation.CompletionResult]::new($quoted, $word, 'ParameterValue', $word)
    }
}
"""


def powershell(tree: Sequence[Place]) -> str:
    """The script for the whole tree of commands."""
    return filled(
        _TEMPLATE,
        PATHS=[_words(paths(tree))],
        VALUED=[f"                '{pattern}' {{ $spot = $word; break }}" for each in valued(tree) for pattern in each],
        EVERYWHERE=[_words(spellings(tree[0]))],
        FLAGS=[
            f"                '{place.path}' {{ $known += @({_words(spellings(place))}) }}"
            for place in tree[1:]
            if place.flags
        ],
        SPOTS=[f"        '{pattern}' {{ {_action(value)}break }}" for where, value in spots(tree) for pattern in where],
    )


def _action(value: Value) -> str:
    words = f"$known = @({_words(value.words)}); " if value.words else ""
    many = "$many = $true; " if value.many else ""
    if not value.names:
        return many + words
    return f"{many}$known = @(Read-Names {_words(value.names)}); " + (words and f"if (-not $known) {{ {words}}}; ")


def _words(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)
