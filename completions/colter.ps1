# colter: completion of commands, options, choices and names. Made by `colter completion`; do not edit.
# Nothing that is typed or read is executed.
Register-ArgumentCompleter -Native -CommandName colter -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $paths = @('probe', 'beat', 'export', 'daemon', 'status', 'report', 'forget', 'login', 'logout', 'completion', 'demo', 'track', 'track github', 'track pypi', 'track all', 'alerts', 'alerts list', 'alerts test', 'alerts simulate', 'alerts silence', 'alerts unsilence', 'config', 'config init', 'config path', 'config show', 'config check', 'config schema', 'config get', 'config set', 'config unset', 'config edit', 'config seal', 'config reseal', 'config passwd', 'config rekey', 'config import', 'config import legacy')
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
                'probe:-X' { $spot = $word; break }
                'probe:--method' { $spot = $word; break }
                'probe:-H' { $spot = $word; break }
                'probe:--header' { $spot = $word; break }
                'probe:-d' { $spot = $word; break }
                'probe:--data' { $spot = $word; break }
                'probe:--expect' { $spot = $word; break }
                'probe:--count' { $spot = $word; break }
                'probe:--interval' { $spot = $word; break }
                'probe:--wait' { $spot = $word; break }
                'probe:--fail-on' { $spot = $word; break }
                'probe:--timeout' { $spot = $word; break }
                'beat:--log' { $spot = $word; break }
                'export:--since' { $spot = $word; break }
                'export:--until' { $spot = $word; break }
                'export:--timeout' { $spot = $word; break }
                'export:--listen' { $spot = $word; break }
                'daemon:--every' { $spot = $word; break }
                'daemon:--listen' { $spot = $word; break }
                'report:--window' { $spot = $word; break }
                'report:--since' { $spot = $word; break }
                'report:--until' { $spot = $word; break }
                'report:--fail-on' { $spot = $word; break }
                'track github:--fail-on' { $spot = $word; break }
                'track github:--timeout' { $spot = $word; break }
                'track pypi:--fail-on' { $spot = $word; break }
                'track pypi:--timeout' { $spot = $word; break }
                'track all:--fail-on' { $spot = $word; break }
                'track all:--timeout' { $spot = $word; break }
                'alerts simulate:--since' { $spot = $word; break }
                'alerts simulate:--until' { $spot = $word; break }
                'alerts silence:--for' { $spot = $word; break }
                'alerts silence:--until' { $spot = $word; break }
                'alerts silence:--note' { $spot = $word; break }
                'config reseal:--was' { $spot = $word; break }
                'probe:-o' { $spot = $word; break }
                'probe:--output' { $spot = $word; break }
                'export:-o' { $spot = $word; break }
                'export:--output' { $spot = $word; break }
                'daemon:-o' { $spot = $word; break }
                'daemon:--output' { $spot = $word; break }
                'track github:-o' { $spot = $word; break }
                'track github:--output' { $spot = $word; break }
                'track pypi:-o' { $spot = $word; break }
                'track pypi:--output' { $spot = $word; break }
                'track all:-o' { $spot = $word; break }
                'track all:--output' { $spot = $word; break }
                'probe:-f' { $spot = $word; break }
                'probe:--format' { $spot = $word; break }
                'probe:--file' { $spot = $word; break }
                'export:--file' { $spot = $word; break }
                'status:--file' { $spot = $word; break }
                'report:--file' { $spot = $word; break }
                'track github:--file' { $spot = $word; break }
                'track pypi:--file' { $spot = $word; break }
                'track all:--file' { $spot = $word; break }
                'alerts list:--file' { $spot = $word; break }
                'alerts simulate:--file' { $spot = $word; break }
                'config passwd:--new-password-file' { $spot = $word; break }
                'config import legacy:--salt' { $spot = $word; break }
                'config import legacy:--new-password-file' { $spot = $word; break }
                'export:--source' { $spot = $word; break }
                'export:-f' { $spot = $word; break }
                'export:--format' { $spot = $word; break }
                'status:-f' { $spot = $word; break }
                'status:--format' { $spot = $word; break }
                'track github:-f' { $spot = $word; break }
                'track github:--format' { $spot = $word; break }
                'track pypi:-f' { $spot = $word; break }
                'track pypi:--format' { $spot = $word; break }
                'track all:-f' { $spot = $word; break }
                'track all:--format' { $spot = $word; break }
                'report:-f' { $spot = $word; break }
                'report:--format' { $spot = $word; break }
                'alerts list:-f' { $spot = $word; break }
                'alerts list:--format' { $spot = $word; break }
                'alerts simulate:-f' { $spot = $word; break }
                'alerts simulate:--format' { $spot = $word; break }
                'track github:--with' { $spot = $word; break }
                'track pypi:--by' { $spot = $word; break }
                '*:-c' { $spot = $word; break }
                '*:--config' { $spot = $word; break }
                '*:--password-file' { $spot = $word; break }
                '*:--state' { $spot = $word; break }
                '*:--color' { $spot = $word; break }
                '*:--log-format' { $spot = $word; break }
                '*:--password-command' { $spot = $word; break }
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
            $known = @('-c', '--config', '--state', '-v', '--verbose', '-q', '--quiet', '--color', '--log-format', '--no-input', '--password-file', '--password-command', '-V', '--version', '-h', '--help')
            switch -CaseSensitive ($place) {
                'probe' { $known += @('-X', '--method', '-H', '--header', '-d', '--data', '--expect', '--count', '--interval', '--wait', '--explain', '-o', '--output', '-f', '--format', '--file', '--dry-run', '--no-store', '--fail-on', '--timeout') }
                'beat' { $known += @('--start', '--success', '--fail', '--log') }
                'export' { $known += @('-o', '--output', '--since', '--until', '--source', '-f', '--format', '--file', '--timeout', '--dry-run', '--refused', '--listen', '--delete') }
                'daemon' { $known += @('--every', '--listen', '-o', '--output', '--once') }
                'status' { $known += @('-f', '--format', '--file') }
                'report' { $known += @('--window', '--since', '--until', '-f', '--format', '--file', '--fail-on') }
                'forget' { $known += @('--yes', '-y', '--dry-run', '--force') }
                'logout' { $known += @('--all') }
                'demo' { $known += @('--keep') }
                'track github' { $known += @('--with', '-o', '--output', '-f', '--format', '--file', '--dry-run', '--no-store', '--fail-on', '--timeout') }
                'track pypi' { $known += @('--by', '-o', '--output', '-f', '--format', '--file', '--dry-run', '--no-store', '--fail-on', '--timeout') }
                'track all' { $known += @('-o', '--output', '-f', '--format', '--file', '--dry-run', '--no-store', '--fail-on', '--timeout') }
                'alerts list' { $known += @('--all', '--undelivered', '-f', '--format', '--file') }
                'alerts test' { $known += @('--dry-run') }
                'alerts simulate' { $known += @('--since', '--until', '-f', '--format', '--file') }
                'alerts silence' { $known += @('--for', '--until', '--note') }
                'alerts unsilence' { $known += @('--all') }
                'config show' { $known += @('--reveal', '--effective') }
                'config get' { $known += @('--reveal') }
                'config reseal' { $known += @('--was') }
                'config passwd' { $known += @('--new-password-file') }
                'config import legacy' { $known += @('--salt', '--new-password-file') }
            }
            break
        }
        'probe:-X' { break }
        'probe:--method' { break }
        'probe:-H' { break }
        'probe:--header' { break }
        'probe:-d' { break }
        'probe:--data' { break }
        'probe:--expect' { break }
        'probe:--count' { break }
        'probe:--interval' { break }
        'probe:--wait' { break }
        'probe:--fail-on' { break }
        'probe:--timeout' { break }
        'beat:--log' { break }
        'export:--since' { break }
        'export:--until' { break }
        'export:--timeout' { break }
        'export:--listen' { break }
        'daemon:--every' { break }
        'daemon:--listen' { break }
        'report:--window' { break }
        'report:--since' { break }
        'report:--until' { break }
        'report:--fail-on' { break }
        'track github:--fail-on' { break }
        'track github:--timeout' { break }
        'track pypi:--fail-on' { break }
        'track pypi:--timeout' { break }
        'track all:--fail-on' { break }
        'track all:--timeout' { break }
        'alerts simulate:--since' { break }
        'alerts simulate:--until' { break }
        'alerts silence:--for' { break }
        'alerts silence:--until' { break }
        'alerts silence:--note' { break }
        'config reseal:--was' { break }
        'probe:-o' { $many = $true; $known = @(Read-Names 'sink'); if (-not $known) { $known = @('influx', 'prometheus', 'database', 'file'); }; break }
        'probe:--output' { $many = $true; $known = @(Read-Names 'sink'); if (-not $known) { $known = @('influx', 'prometheus', 'database', 'file'); }; break }
        'export:-o' { $many = $true; $known = @(Read-Names 'sink'); if (-not $known) { $known = @('influx', 'prometheus', 'database', 'file'); }; break }
        'export:--output' { $many = $true; $known = @(Read-Names 'sink'); if (-not $known) { $known = @('influx', 'prometheus', 'database', 'file'); }; break }
        'daemon:-o' { $many = $true; $known = @(Read-Names 'sink'); if (-not $known) { $known = @('influx', 'prometheus', 'database', 'file'); }; break }
        'daemon:--output' { $many = $true; $known = @(Read-Names 'sink'); if (-not $known) { $known = @('influx', 'prometheus', 'database', 'file'); }; break }
        'track github:-o' { $many = $true; $known = @(Read-Names 'sink'); if (-not $known) { $known = @('influx', 'prometheus', 'database', 'file'); }; break }
        'track github:--output' { $many = $true; $known = @(Read-Names 'sink'); if (-not $known) { $known = @('influx', 'prometheus', 'database', 'file'); }; break }
        'track pypi:-o' { $many = $true; $known = @(Read-Names 'sink'); if (-not $known) { $known = @('influx', 'prometheus', 'database', 'file'); }; break }
        'track pypi:--output' { $many = $true; $known = @(Read-Names 'sink'); if (-not $known) { $known = @('influx', 'prometheus', 'database', 'file'); }; break }
        'track all:-o' { $many = $true; $known = @(Read-Names 'sink'); if (-not $known) { $known = @('influx', 'prometheus', 'database', 'file'); }; break }
        'track all:--output' { $many = $true; $known = @(Read-Names 'sink'); if (-not $known) { $known = @('influx', 'prometheus', 'database', 'file'); }; break }
        'probe:-f' { $known = @('table', 'text', 'json', 'jsonl', 'csv', 'markdown', 'openmetrics', 'junit', 'nagios', 'github'); break }
        'probe:--format' { $known = @('table', 'text', 'json', 'jsonl', 'csv', 'markdown', 'openmetrics', 'junit', 'nagios', 'github'); break }
        'probe:--file' { break }
        'export:--file' { break }
        'status:--file' { break }
        'report:--file' { break }
        'track github:--file' { break }
        'track pypi:--file' { break }
        'track all:--file' { break }
        'alerts list:--file' { break }
        'alerts simulate:--file' { break }
        'config passwd:--new-password-file' { break }
        'config import legacy:--salt' { break }
        'config import legacy:--new-password-file' { break }
        'export:--source' { $many = $true; $known = @('github', 'pypi', 'probe'); break }
        'export:-f' { $known = @('jsonl', 'csv', 'influx', 'openmetrics', 'table', 'text', 'json', 'markdown'); break }
        'export:--format' { $known = @('jsonl', 'csv', 'influx', 'openmetrics', 'table', 'text', 'json', 'markdown'); break }
        'status:-f' { $known = @('table', 'text', 'json', 'jsonl', 'csv', 'markdown', 'openmetrics'); break }
        'status:--format' { $known = @('table', 'text', 'json', 'jsonl', 'csv', 'markdown', 'openmetrics'); break }
        'track github:-f' { $known = @('table', 'text', 'json', 'jsonl', 'csv', 'markdown', 'openmetrics'); break }
        'track github:--format' { $known = @('table', 'text', 'json', 'jsonl', 'csv', 'markdown', 'openmetrics'); break }
        'track pypi:-f' { $known = @('table', 'text', 'json', 'jsonl', 'csv', 'markdown', 'openmetrics'); break }
        'track pypi:--format' { $known = @('table', 'text', 'json', 'jsonl', 'csv', 'markdown', 'openmetrics'); break }
        'track all:-f' { $known = @('table', 'text', 'json', 'jsonl', 'csv', 'markdown', 'openmetrics'); break }
        'track all:--format' { $known = @('table', 'text', 'json', 'jsonl', 'csv', 'markdown', 'openmetrics'); break }
        'report:-f' { $known = @('table', 'text', 'json', 'jsonl', 'csv', 'markdown'); break }
        'report:--format' { $known = @('table', 'text', 'json', 'jsonl', 'csv', 'markdown'); break }
        'alerts list:-f' { $known = @('table', 'text', 'json', 'jsonl', 'csv', 'markdown'); break }
        'alerts list:--format' { $known = @('table', 'text', 'json', 'jsonl', 'csv', 'markdown'); break }
        'alerts simulate:-f' { $known = @('table', 'text', 'json', 'jsonl', 'csv', 'markdown'); break }
        'alerts simulate:--format' { $known = @('table', 'text', 'json', 'jsonl', 'csv', 'markdown'); break }
        'track github:--with' { $many = $true; $known = @('downloads', 'issues', 'traffic', 'ci', 'security'); break }
        'track pypi:--by' { $many = $true; $known = @('python', 'system'); break }
        '*:-c' { break }
        '*:--config' { break }
        '*:--password-file' { break }
        '*:--state' { break }
        '*:--color' { $known = @('auto', 'always', 'never'); break }
        '*:--log-format' { $known = @('text', 'json'); break }
        '*:--password-command' { break }
        ':0' { $known = @('probe', 'beat', 'export', 'daemon', 'status', 'report', 'forget', 'login', 'logout', 'completion', 'demo', 'track', 'alerts', 'config'); break }
        'probe:*' { $known = @(Read-Names 'endpoint', 'tag'); break }
        'beat:0' { $known = @(Read-Names 'heartbeat'); break }
        'beat:*' { break }
        'config get:0' { break }
        'config set:0' { break }
        'config set:1' { break }
        'config unset:0' { break }
        'config reseal:0' { break }
        'report:*' { $known = @(Read-Names 'endpoint', 'heartbeat', 'tag'); break }
        'alerts simulate:*' { $known = @(Read-Names 'endpoint', 'heartbeat', 'tag'); break }
        'alerts silence:*' { $known = @(Read-Names 'endpoint', 'heartbeat', 'tag'); break }
        'alerts unsilence:*' { $known = @(Read-Names 'endpoint', 'heartbeat', 'tag'); break }
        'forget:*' { $known = @(Read-Names 'former'); break }
        'completion:0' { $known = @('bash', 'zsh', 'fish', 'powershell'); break }
        'track:0' { $known = @('github', 'pypi', 'all'); break }
        'track github:*' { $known = @(Read-Names 'repository'); break }
        'track pypi:*' { $known = @(Read-Names 'package'); break }
        'alerts:0' { $known = @('list', 'test', 'simulate', 'silence', 'unsilence'); break }
        'alerts test:0' { $known = @(Read-Names 'channel'); break }
        'config:0' { $known = @('init', 'path', 'show', 'check', 'schema', 'get', 'set', 'unset', 'edit', 'seal', 'reseal', 'passwd', 'rekey', 'import'); break }
        'config check:0' { break }
        'config import legacy:0' { break }
        'config import:0' { $known = @('legacy'); break }
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
