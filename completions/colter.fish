# colter: completion of commands, options and choices. Made by `colter completion`; do not edit.
function __colter_at --description 'Whether the command line stands at this command'
    set -l path
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
            continue
        end
        switch "$path:$word"
            case ':-c' ':--config'
                set skip 1
                continue
            case ':--state'
                set skip 1
                continue
            case ':--color'
                set skip 1
                continue
            case ':--password-file'
                set skip 1
                continue
            case ':--password-command'
                set skip 1
                continue
            case 'probe:-X' 'probe:--method'
                set skip 1
                continue
            case 'probe:-H' 'probe:--header'
                set skip 1
                continue
            case 'probe:-d' 'probe:--data'
                set skip 1
                continue
            case 'probe:--expect'
                set skip 1
                continue
            case 'probe:--count'
                set skip 1
                continue
            case 'probe:--interval'
                set skip 1
                continue
            case 'probe:--wait'
                set skip 1
                continue
            case 'probe:-o' 'probe:--output'
                set skip 1
                continue
            case 'probe:-f' 'probe:--format'
                set skip 1
                continue
            case 'probe:--file'
                set skip 1
                continue
            case 'probe:--fail-on'
                set skip 1
                continue
            case 'probe:--timeout'
                set skip 1
                continue
            case 'probe:-c' 'probe:--config'
                set skip 1
                continue
            case 'probe:--state'
                set skip 1
                continue
            case 'probe:--color'
                set skip 1
                continue
            case 'probe:--password-file'
                set skip 1
                continue
            case 'probe:--password-command'
                set skip 1
                continue
            case 'export:-o' 'export:--output'
                set skip 1
                continue
            case 'export:--since'
                set skip 1
                continue
            case 'export:--until'
                set skip 1
                continue
            case 'export:--source'
                set skip 1
                continue
            case 'export:-f' 'export:--format'
                set skip 1
                continue
            case 'export:--file'
                set skip 1
                continue
            case 'export:--timeout'
                set skip 1
                continue
            case 'export:--listen'
                set skip 1
                continue
            case 'export:-c' 'export:--config'
                set skip 1
                continue
            case 'export:--state'
                set skip 1
                continue
            case 'export:--color'
                set skip 1
                continue
            case 'export:--password-file'
                set skip 1
                continue
            case 'export:--password-command'
                set skip 1
                continue
            case 'status:-f' 'status:--format'
                set skip 1
                continue
            case 'status:--file'
                set skip 1
                continue
            case 'status:-c' 'status:--config'
                set skip 1
                continue
            case 'status:--state'
                set skip 1
                continue
            case 'status:--color'
                set skip 1
                continue
            case 'status:--password-file'
                set skip 1
                continue
            case 'status:--password-command'
                set skip 1
                continue
            case 'login:-c' 'login:--config'
                set skip 1
                continue
            case 'login:--state'
                set skip 1
                continue
            case 'login:--color'
                set skip 1
                continue
            case 'login:--password-file'
                set skip 1
                continue
            case 'login:--password-command'
                set skip 1
                continue
            case 'logout:-c' 'logout:--config'
                set skip 1
                continue
            case 'logout:--state'
                set skip 1
                continue
            case 'logout:--color'
                set skip 1
                continue
            case 'logout:--password-file'
                set skip 1
                continue
            case 'logout:--password-command'
                set skip 1
                continue
            case 'completion:-c' 'completion:--config'
                set skip 1
                continue
            case 'completion:--state'
                set skip 1
                continue
            case 'completion:--color'
                set skip 1
                continue
            case 'completion:--password-file'
                set skip 1
                continue
            case 'completion:--password-command'
                set skip 1
                continue
            case 'demo:-c' 'demo:--config'
                set skip 1
                continue
            case 'demo:--state'
                set skip 1
                continue
            case 'demo:--color'
                set skip 1
                continue
            case 'demo:--password-file'
                set skip 1
                continue
            case 'demo:--password-command'
                set skip 1
                continue
            case 'track:-c' 'track:--config'
                set skip 1
                continue
            case 'track:--state'
                set skip 1
                continue
            case 'track:--color'
                set skip 1
                continue
            case 'track:--password-file'
                set skip 1
                continue
            case 'track:--password-command'
                set skip 1
                continue
            case 'track github:--with'
                set skip 1
                continue
            case 'track github:-o' 'track github:--output'
                set skip 1
                continue
            case 'track github:-f' 'track github:--format'
                set skip 1
                continue
            case 'track github:--file'
                set skip 1
                continue
            case 'track github:--fail-on'
                set skip 1
                continue
            case 'track github:--timeout'
                set skip 1
                continue
            case 'track github:-c' 'track github:--config'
                set skip 1
                continue
            case 'track github:--state'
                set skip 1
                continue
            case 'track github:--color'
                set skip 1
                continue
            case 'track github:--password-file'
                set skip 1
                continue
            case 'track github:--password-command'
                set skip 1
                continue
            case 'track pypi:--by'
                set skip 1
                continue
            case 'track pypi:-o' 'track pypi:--output'
                set skip 1
                continue
            case 'track pypi:-f' 'track pypi:--format'
                set skip 1
                continue
            case 'track pypi:--file'
                set skip 1
                continue
            case 'track pypi:--fail-on'
                set skip 1
                continue
            case 'track pypi:--timeout'
                set skip 1
                continue
            case 'track pypi:-c' 'track pypi:--config'
                set skip 1
                continue
            case 'track pypi:--state'
                set skip 1
                continue
            case 'track pypi:--color'
                set skip 1
                continue
            case 'track pypi:--password-file'
                set skip 1
                continue
            case 'track pypi:--password-command'
                set skip 1
                continue
            case 'track all:-o' 'track all:--output'
                set skip 1
                continue
            case 'track all:-f' 'track all:--format'
                set skip 1
                continue
            case 'track all:--file'
                set skip 1
                continue
            case 'track all:--fail-on'
                set skip 1
                continue
            case 'track all:--timeout'
                set skip 1
                continue
            case 'track all:-c' 'track all:--config'
                set skip 1
                continue
            case 'track all:--state'
                set skip 1
                continue
            case 'track all:--color'
                set skip 1
                continue
            case 'track all:--password-file'
                set skip 1
                continue
            case 'track all:--password-command'
                set skip 1
                continue
            case 'alerts:-c' 'alerts:--config'
                set skip 1
                continue
            case 'alerts:--state'
                set skip 1
                continue
            case 'alerts:--color'
                set skip 1
                continue
            case 'alerts:--password-file'
                set skip 1
                continue
            case 'alerts:--password-command'
                set skip 1
                continue
            case 'alerts test:-c' 'alerts test:--config'
                set skip 1
                continue
            case 'alerts test:--state'
                set skip 1
                continue
            case 'alerts test:--color'
                set skip 1
                continue
            case 'alerts test:--password-file'
                set skip 1
                continue
            case 'alerts test:--password-command'
                set skip 1
                continue
            case 'config:-c' 'config:--config'
                set skip 1
                continue
            case 'config:--state'
                set skip 1
                continue
            case 'config:--color'
                set skip 1
                continue
            case 'config:--password-file'
                set skip 1
                continue
            case 'config:--password-command'
                set skip 1
                continue
            case 'config init:-c' 'config init:--config'
                set skip 1
                continue
            case 'config init:--state'
                set skip 1
                continue
            case 'config init:--color'
                set skip 1
                continue
            case 'config init:--password-file'
                set skip 1
                continue
            case 'config init:--password-command'
                set skip 1
                continue
            case 'config path:-c' 'config path:--config'
                set skip 1
                continue
            case 'config path:--state'
                set skip 1
                continue
            case 'config path:--color'
                set skip 1
                continue
            case 'config path:--password-file'
                set skip 1
                continue
            case 'config path:--password-command'
                set skip 1
                continue
            case 'config show:-c' 'config show:--config'
                set skip 1
                continue
            case 'config show:--state'
                set skip 1
                continue
            case 'config show:--color'
                set skip 1
                continue
            case 'config show:--password-file'
                set skip 1
                continue
            case 'config show:--password-command'
                set skip 1
                continue
            case 'config check:-c' 'config check:--config'
                set skip 1
                continue
            case 'config check:--state'
                set skip 1
                continue
            case 'config check:--color'
                set skip 1
                continue
            case 'config check:--password-file'
                set skip 1
                continue
            case 'config check:--password-command'
                set skip 1
                continue
            case 'config schema:-c' 'config schema:--config'
                set skip 1
                continue
            case 'config schema:--state'
                set skip 1
                continue
            case 'config schema:--color'
                set skip 1
                continue
            case 'config schema:--password-file'
                set skip 1
                continue
            case 'config schema:--password-command'
                set skip 1
                continue
            case 'config get:-c' 'config get:--config'
                set skip 1
                continue
            case 'config get:--state'
                set skip 1
                continue
            case 'config get:--color'
                set skip 1
                continue
            case 'config get:--password-file'
                set skip 1
                continue
            case 'config get:--password-command'
                set skip 1
                continue
            case 'config set:-c' 'config set:--config'
                set skip 1
                continue
            case 'config set:--state'
                set skip 1
                continue
            case 'config set:--color'
                set skip 1
                continue
            case 'config set:--password-file'
                set skip 1
                continue
            case 'config set:--password-command'
                set skip 1
                continue
            case 'config unset:-c' 'config unset:--config'
                set skip 1
                continue
            case 'config unset:--state'
                set skip 1
                continue
            case 'config unset:--color'
                set skip 1
                continue
            case 'config unset:--password-file'
                set skip 1
                continue
            case 'config unset:--password-command'
                set skip 1
                continue
            case 'config edit:-c' 'config edit:--config'
                set skip 1
                continue
            case 'config edit:--state'
                set skip 1
                continue
            case 'config edit:--color'
                set skip 1
                continue
            case 'config edit:--password-file'
                set skip 1
                continue
            case 'config edit:--password-command'
                set skip 1
                continue
            case 'config seal:-c' 'config seal:--config'
                set skip 1
                continue
            case 'config seal:--state'
                set skip 1
                continue
            case 'config seal:--color'
                set skip 1
                continue
            case 'config seal:--password-file'
                set skip 1
                continue
            case 'config seal:--password-command'
                set skip 1
                continue
            case 'config reseal:--was'
                set skip 1
                continue
            case 'config reseal:-c' 'config reseal:--config'
                set skip 1
                continue
            case 'config reseal:--state'
                set skip 1
                continue
            case 'config reseal:--color'
                set skip 1
                continue
            case 'config reseal:--password-file'
                set skip 1
                continue
            case 'config reseal:--password-command'
                set skip 1
                continue
            case 'config passwd:--new-password-file'
                set skip 1
                continue
            case 'config passwd:-c' 'config passwd:--config'
                set skip 1
                continue
            case 'config passwd:--state'
                set skip 1
                continue
            case 'config passwd:--color'
                set skip 1
                continue
            case 'config passwd:--password-file'
                set skip 1
                continue
            case 'config passwd:--password-command'
                set skip 1
                continue
            case 'config rekey:-c' 'config rekey:--config'
                set skip 1
                continue
            case 'config rekey:--state'
                set skip 1
                continue
            case 'config rekey:--color'
                set skip 1
                continue
            case 'config rekey:--password-file'
                set skip 1
                continue
            case 'config rekey:--password-command'
                set skip 1
                continue
            case 'config import:-c' 'config import:--config'
                set skip 1
                continue
            case 'config import:--state'
                set skip 1
                continue
            case 'config import:--color'
                set skip 1
                continue
            case 'config import:--password-file'
                set skip 1
                continue
            case 'config import:--password-command'
                set skip 1
                continue
            case 'config import legacy:--salt'
                set skip 1
                continue
            case 'config import legacy:--new-password-file'
                set skip 1
                continue
            case 'config import legacy:-c' 'config import legacy:--config'
                set skip 1
                continue
            case 'config import legacy:--state'
                set skip 1
                continue
            case 'config import legacy:--color'
                set skip 1
                continue
            case 'config import legacy:--password-file'
                set skip 1
                continue
            case 'config import legacy:--password-command'
                set skip 1
                continue
        end
        switch (string join -- ' ' $path $word)
            case 'probe'
                set path 'probe'
            case 'export'
                set path 'export'
            case 'status'
                set path 'status'
            case 'login'
                set path 'login'
            case 'logout'
                set path 'logout'
            case 'completion'
                set path 'completion'
            case 'demo'
                set path 'demo'
            case 'track'
                set path 'track'
            case 'track github'
                set path 'track github'
            case 'track pypi'
                set path 'track pypi'
            case 'track all'
                set path 'track all'
            case 'alerts'
                set path 'alerts'
            case 'alerts test'
                set path 'alerts test'
            case 'config'
                set path 'config'
            case 'config init'
                set path 'config init'
            case 'config path'
                set path 'config path'
            case 'config show'
                set path 'config show'
            case 'config check'
                set path 'config check'
            case 'config schema'
                set path 'config schema'
            case 'config get'
                set path 'config get'
            case 'config set'
                set path 'config set'
            case 'config unset'
                set path 'config unset'
            case 'config edit'
                set path 'config edit'
            case 'config seal'
                set path 'config seal'
            case 'config reseal'
                set path 'config reseal'
            case 'config passwd'
                set path 'config passwd'
            case 'config rekey'
                set path 'config rekey'
            case 'config import'
                set path 'config import'
            case 'config import legacy'
                set path 'config import legacy'
        end
    end
    test "$path" = "$argv[1]"
end
complete -c colter -f
complete -c colter -n "__colter_at ''" -a probe -d 'Probe endpoints once'
complete -c colter -n "__colter_at ''" -a export -d 'Send what sinks are owed, or any part of the history to a sink or a file'
complete -c colter -n "__colter_at ''" -a status -d 'Show the last known of everything, without any network'
complete -c colter -n "__colter_at ''" -a login -d 'Ask for the master password once, for 30 minutes'
complete -c colter -n "__colter_at ''" -a logout -d 'Forget the master password'
complete -c colter -n "__colter_at ''" -a completion -d 'Print the completion script for a shell'
complete -c colter -n "__colter_at ''" -a demo -d 'Try Colter in a sandbox, without touching anything'
complete -c colter -n "__colter_at ''" -a track -d 'Read repositories and packages once'
complete -c colter -n "__colter_at ''" -a alerts -d 'Try the channels over which you are told'
complete -c colter -n "__colter_at ''" -a config -d 'Create, check, show and change the configuration'
complete -c colter -n "__colter_at ''" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at ''" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at ''" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at ''" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at ''" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at ''" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at ''" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at ''" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at ''" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at ''" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'probe'" -s X -l method -r -d 'For addresses: GET, POST, '
complete -c colter -n "__colter_at 'probe'" -s H -l header -r -d 'For addresses: send this; may be repeated'
complete -c colter -n "__colter_at 'probe'" -s d -l data -r -d 'For addresses: send this body'
complete -c colter -n "__colter_at 'probe'" -l expect -r -d 'Down unless this holds; may be repeated'
complete -c colter -n "__colter_at 'probe'" -l count -r -d 'Probe so many times'
complete -c colter -n "__colter_at 'probe'" -l interval -r -d 'From one probe to the next, with --count and --wait'
complete -c colter -n "__colter_at 'probe'" -l wait -r -d 'Probe until nothing fails any more, at most so long; shows the last look'
complete -c colter -n "__colter_at 'probe'" -l explain -d 'Tell phases, certificate, headers and what happened'
complete -c colter -n "__colter_at 'probe'" -s o -l output -r -a 'influx prometheus database file' -d 'Also export to influx, prometheus, database, file as configured; may be repeated or have commas'
complete -c colter -n "__colter_at 'probe'" -s f -l format -r -a 'table text json jsonl csv markdown openmetrics junit nagios github' -d 'One of table, text, json, jsonl, csv, markdown, openmetrics, junit, nagios, github'
complete -c colter -n "__colter_at 'probe'" -l file -r -F -d 'Write the result there, in one step'
complete -c colter -n "__colter_at 'probe'" -l dry-run -d 'Read and show; keep, export and send nothing'
complete -c colter -n "__colter_at 'probe'" -l no-store -d 'Keep no history of this run'
complete -c colter -n "__colter_at 'probe'" -l fail-on -r -d 'End with exit code 10 when this holds: down, degraded, \'latency > 500ms\', \'cert < 14d\', never, ...; may be repeated'
complete -c colter -n "__colter_at 'probe'" -l timeout -r -d 'For everything of one probe'
complete -c colter -n "__colter_at 'probe'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'probe'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'probe'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'probe'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'probe'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'probe'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'probe'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'probe'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'probe'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'probe'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'export'" -s o -l output -r -a 'influx prometheus database file' -d 'Send to influx, prometheus, database, file as configured; may be repeated or have commas'
complete -c colter -n "__colter_at 'export'" -l since -r -d 'From then on: how long ago (30d), a day, or a time (2026-05-04T12:00Z)'
complete -c colter -n "__colter_at 'export'" -l until -r -d 'Up to then'
complete -c colter -n "__colter_at 'export'" -l source -r -a 'github pypi probe' -d 'Only from github, pypi, probe; may be repeated or have commas'
complete -c colter -n "__colter_at 'export'" -s f -l format -r -a 'jsonl csv influx openmetrics table text json markdown' -d 'History as jsonl, csv, influx or openmetrics'
complete -c colter -n "__colter_at 'export'" -l file -r -F -d 'Write it there; the file appears when it is whole'
complete -c colter -n "__colter_at 'export'" -l timeout -r -d 'Give up on a sink that takes nothing for so long'
complete -c colter -n "__colter_at 'export'" -l dry-run -d 'Only count what would be sent or written'
complete -c colter -n "__colter_at 'export'" -l refused -d 'List what sinks have refused for good, and why'
complete -c colter -n "__colter_at 'export'" -l listen -r -d 'Serve the newest state to Prometheus at /metrics, until Ctrl-C'
complete -c colter -n "__colter_at 'export'" -l delete -d 'With -o prometheus: take away what it shows of Colter'
complete -c colter -n "__colter_at 'export'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'export'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'export'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'export'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'export'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'export'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'export'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'export'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'export'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'export'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'status'" -s f -l format -r -a 'table text json jsonl csv markdown openmetrics' -d 'One of table, text, json, jsonl, csv, markdown, openmetrics'
complete -c colter -n "__colter_at 'status'" -l file -r -F -d 'Write the result there, in one step'
complete -c colter -n "__colter_at 'status'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'status'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'status'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'status'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'status'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'status'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'status'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'status'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'status'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'status'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'login'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'login'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'login'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'login'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'login'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'login'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'login'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'login'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'login'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'login'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'logout'" -l all -d 'End the sessions of all configurations'
complete -c colter -n "__colter_at 'logout'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'logout'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'logout'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'logout'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'logout'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'logout'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'logout'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'logout'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'logout'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'logout'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'completion'" -a bash
complete -c colter -n "__colter_at 'completion'" -a zsh
complete -c colter -n "__colter_at 'completion'" -a fish
complete -c colter -n "__colter_at 'completion'" -a powershell
complete -c colter -n "__colter_at 'completion'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'completion'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'completion'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'completion'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'completion'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'completion'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'completion'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'completion'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'completion'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'completion'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'demo'" -l keep -d 'Keep the sandbox\'s folder, and say where it is'
complete -c colter -n "__colter_at 'demo'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'demo'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'demo'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'demo'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'demo'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'demo'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'demo'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'demo'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'demo'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'demo'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'track'" -a github -d 'Read repositories: stars, forks, issues, pull requests, releases and more'
complete -c colter -n "__colter_at 'track'" -a pypi -d 'Read Python packages: version, releases, downloads and known vulnerabilities'
complete -c colter -n "__colter_at 'track'" -a all -d 'Read all configured repositories and packages'
complete -c colter -n "__colter_at 'track'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'track'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'track'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'track'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'track'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'track'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'track'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'track'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'track'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'track'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'track github'" -l with -r -a 'downloads issues traffic ci security' -d 'Read more: downloads, issues, traffic, ci, security; may be repeated or have commas'
complete -c colter -n "__colter_at 'track github'" -s o -l output -r -a 'influx prometheus database file' -d 'Also export to influx, prometheus, database, file as configured; may be repeated or have commas'
complete -c colter -n "__colter_at 'track github'" -s f -l format -r -a 'table text json jsonl csv markdown openmetrics' -d 'One of table, text, json, jsonl, csv, markdown, openmetrics'
complete -c colter -n "__colter_at 'track github'" -l file -r -F -d 'Write the result there, in one step'
complete -c colter -n "__colter_at 'track github'" -l dry-run -d 'Read and show; keep, export and send nothing'
complete -c colter -n "__colter_at 'track github'" -l no-store -d 'Keep no history of this run'
complete -c colter -n "__colter_at 'track github'" -l fail-on -r -d 'End with exit code 10 when this holds: \'open_issues > 0\', error, ...; may be repeated'
complete -c colter -n "__colter_at 'track github'" -l timeout -r -d 'For each source as a whole; what was read by then stands'
complete -c colter -n "__colter_at 'track github'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'track github'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'track github'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'track github'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'track github'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'track github'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'track github'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'track github'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'track github'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'track github'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'track pypi'" -l by -r -a 'python system' -d 'Split downloads by python or system; may be repeated or have commas'
complete -c colter -n "__colter_at 'track pypi'" -s o -l output -r -a 'influx prometheus database file' -d 'Also export to influx, prometheus, database, file as configured; may be repeated or have commas'
complete -c colter -n "__colter_at 'track pypi'" -s f -l format -r -a 'table text json jsonl csv markdown openmetrics' -d 'One of table, text, json, jsonl, csv, markdown, openmetrics'
complete -c colter -n "__colter_at 'track pypi'" -l file -r -F -d 'Write the result there, in one step'
complete -c colter -n "__colter_at 'track pypi'" -l dry-run -d 'Read and show; keep, export and send nothing'
complete -c colter -n "__colter_at 'track pypi'" -l no-store -d 'Keep no history of this run'
complete -c colter -n "__colter_at 'track pypi'" -l fail-on -r -d 'End with exit code 10 when this holds: \'open_issues > 0\', error, ...; may be repeated'
complete -c colter -n "__colter_at 'track pypi'" -l timeout -r -d 'For each source as a whole; what was read by then stands'
complete -c colter -n "__colter_at 'track pypi'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'track pypi'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'track pypi'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'track pypi'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'track pypi'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'track pypi'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'track pypi'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'track pypi'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'track pypi'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'track pypi'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'track all'" -s o -l output -r -a 'influx prometheus database file' -d 'Also export to influx, prometheus, database, file as configured; may be repeated or have commas'
complete -c colter -n "__colter_at 'track all'" -s f -l format -r -a 'table text json jsonl csv markdown openmetrics' -d 'One of table, text, json, jsonl, csv, markdown, openmetrics'
complete -c colter -n "__colter_at 'track all'" -l file -r -F -d 'Write the result there, in one step'
complete -c colter -n "__colter_at 'track all'" -l dry-run -d 'Read and show; keep, export and send nothing'
complete -c colter -n "__colter_at 'track all'" -l no-store -d 'Keep no history of this run'
complete -c colter -n "__colter_at 'track all'" -l fail-on -r -d 'End with exit code 10 when this holds: \'open_issues > 0\', error, ...; may be repeated'
complete -c colter -n "__colter_at 'track all'" -l timeout -r -d 'For each source as a whole; what was read by then stands'
complete -c colter -n "__colter_at 'track all'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'track all'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'track all'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'track all'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'track all'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'track all'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'track all'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'track all'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'track all'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'track all'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'alerts'" -a test -d 'Send a channel, or all of them, a message that says it is only a test'
complete -c colter -n "__colter_at 'alerts'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'alerts'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'alerts'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'alerts'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'alerts'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'alerts'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'alerts'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'alerts'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'alerts'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'alerts'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'alerts test'" -l dry-run -d 'Show what would be sent, and send nothing'
complete -c colter -n "__colter_at 'alerts test'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'alerts test'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'alerts test'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'alerts test'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'alerts test'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'alerts test'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'alerts test'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'alerts test'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'alerts test'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'alerts test'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'config'" -a init -d 'Create the configuration, or complete it: asks only for the sections that are missing'
complete -c colter -n "__colter_at 'config'" -a path -d 'Print the path of the configuration file: the one that is read, or the one that would be created'
complete -c colter -n "__colter_at 'config'" -a show -d 'Print the configuration as YAML, with what the environment sets, and dots for secrets'
complete -c colter -n "__colter_at 'config'" -a check -d 'Check the configuration and tell everything that is wrong with it, each with its place'
complete -c colter -n "__colter_at 'config'" -a schema -d 'Print the JSON Schema of the configuration, for editors'
complete -c colter -n "__colter_at 'config'" -a get -d 'Print the value of one key: as it is written, or else its default'
complete -c colter -n "__colter_at 'config'" -a set -d 'Set one key'
complete -c colter -n "__colter_at 'config'" -a unset -d 'Take one key or one endpoint out; its default counts then'
complete -c colter -n "__colter_at 'config'" -a edit -d 'Open a copy in $VISUAL, $EDITOR or vi; it replaces the file only when it is right'
complete -c colter -n "__colter_at 'config'" -a seal -d 'Encrypt every secret that stands in clear text; makes the vault, with a new master password, if there is none'
complete -c colter -n "__colter_at 'config'" -a reseal -d 'Seal one secret for a destination that was changed outside of Colter'
complete -c colter -n "__colter_at 'config'" -a passwd -d 'Change the master password: one line of the file changes, and every session ends'
complete -c colter -n "__colter_at 'config'" -a rekey -d 'Make a new data key and seal every secret with it, under the same master password'
complete -c colter -n "__colter_at 'config'" -a import -d 'Take over another tool\'s configuration'
complete -c colter -n "__colter_at 'config'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'config'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'config'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'config'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'config'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'config'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'config'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'config'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'config'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'config'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'config init'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'config init'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'config init'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'config init'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'config init'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'config init'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'config init'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'config init'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'config init'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'config init'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'config path'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'config path'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'config path'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'config path'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'config path'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'config path'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'config path'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'config path'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'config path'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'config path'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'config show'" -l reveal -d 'Show secrets in clear text; asks for the master password'
complete -c colter -n "__colter_at 'config show'" -l effective -d 'Every key, with its default and what variables hold'
complete -c colter -n "__colter_at 'config show'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'config show'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'config show'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'config show'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'config show'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'config show'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'config show'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'config show'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'config show'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'config show'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'config check'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'config check'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'config check'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'config check'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'config check'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'config check'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'config check'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'config check'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'config check'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'config check'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'config schema'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'config schema'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'config schema'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'config schema'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'config schema'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'config schema'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'config schema'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'config schema'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'config schema'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'config schema'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'config get'" -l reveal -d 'Show secrets in clear text; asks for the master password'
complete -c colter -n "__colter_at 'config get'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'config get'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'config get'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'config get'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'config get'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'config get'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'config get'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'config get'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'config get'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'config get'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'config set'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'config set'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'config set'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'config set'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'config set'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'config set'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'config set'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'config set'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'config set'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'config set'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'config unset'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'config unset'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'config unset'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'config unset'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'config unset'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'config unset'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'config unset'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'config unset'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'config unset'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'config unset'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'config edit'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'config edit'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'config edit'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'config edit'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'config edit'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'config edit'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'config edit'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'config edit'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'config edit'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'config edit'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'config seal'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'config seal'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'config seal'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'config seal'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'config seal'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'config seal'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'config seal'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'config seal'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'config seal'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'config seal'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'config reseal'" -l was -r -d 'The destination it was sealed for; none: type it anew'
complete -c colter -n "__colter_at 'config reseal'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'config reseal'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'config reseal'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'config reseal'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'config reseal'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'config reseal'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'config reseal'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'config reseal'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'config reseal'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'config reseal'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'config passwd'" -l new-password-file -r -F -d 'Read the new one from a private file'
complete -c colter -n "__colter_at 'config passwd'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'config passwd'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'config passwd'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'config passwd'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'config passwd'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'config passwd'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'config passwd'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'config passwd'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'config passwd'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'config passwd'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'config rekey'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'config rekey'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'config rekey'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'config rekey'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'config rekey'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'config rekey'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'config rekey'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'config rekey'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'config rekey'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'config rekey'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'config import'" -a legacy -d 'Make a new configuration of the predecessor\'s: the same values, its secrets in a vault'
complete -c colter -n "__colter_at 'config import'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'config import'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'config import'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'config import'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'config import'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'config import'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'config import'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'config import'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'config import'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'config import'" -s h -l help -d 'Show this message and exit.'
complete -c colter -n "__colter_at 'config import legacy'" -l salt -r -F -d 'Its salt [beside it]'
complete -c colter -n "__colter_at 'config import legacy'" -l new-password-file -r -F -d 'Read the new one from a private file'
complete -c colter -n "__colter_at 'config import legacy'" -s c -l config -r -F -d 'The configuration file [COLTER_CONFIG]'
complete -c colter -n "__colter_at 'config import legacy'" -l state -r -F -d 'Where history is kept'
complete -c colter -n "__colter_at 'config import legacy'" -s v -l verbose -d 'Tell more on stderr; twice: everything'
complete -c colter -n "__colter_at 'config import legacy'" -s q -l quiet -d 'Say nothing but errors'
complete -c colter -n "__colter_at 'config import legacy'" -l color -r -a 'auto always never' -d 'Whether to use colours'
complete -c colter -n "__colter_at 'config import legacy'" -l no-input -d 'Never ask anything'
complete -c colter -n "__colter_at 'config import legacy'" -l password-file -r -F -d 'Read the master password from a private file'
complete -c colter -n "__colter_at 'config import legacy'" -l password-command -r -d 'Run this to get the master password'
complete -c colter -n "__colter_at 'config import legacy'" -s V -l version -d 'Print the version'
complete -c colter -n "__colter_at 'config import legacy'" -s h -l help -d 'Show this message and exit.'
