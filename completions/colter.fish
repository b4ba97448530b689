# colter: completion of commands, options, choices and names. Made by `colter completion`; do not edit.
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
                case 'probe:-X' 'probe:--method' 'probe:-H' 'probe:--header' 'probe:-d' 'probe:--data' 'probe:--expect' 'probe:--count' 'probe:--interval' 'probe:--wait' 'probe:--fail-on' 'probe:--timeout' 'beat:--log' 'export:--since' 'export:--until' 'export:--timeout' 'export:--listen' 'daemon:--every' 'daemon:--listen' 'report:--window' 'report:--since' 'report:--until' 'report:--fail-on' 'track github:--fail-on' 'track github:--timeout' 'track pypi:--fail-on' 'track pypi:--timeout' 'track all:--fail-on' 'track all:--timeout' 'alerts simulate:--since' 'alerts simulate:--until' 'alerts silence:--for' 'alerts silence:--until' 'alerts silence:--note' 'config reseal:--was' 'probe:-o' 'probe:--output' 'export:-o' 'export:--output' 'daemon:-o' 'daemon:--output' 'track github:-o' 'track github:--output' 'track pypi:-o' 'track pypi:--output' 'track all:-o' 'track all:--output' 'probe:-f' 'probe:--format' 'probe:--file' 'export:--file' 'status:--file' 'report:--file' 'track github:--file' 'track pypi:--file' 'track all:--file' 'alerts list:--file' 'alerts simulate:--file' 'config passwd:--new-password-file' 'config import legacy:--salt' 'config import legacy:--new-password-file' 'export:--source' 'export:-f' 'export:--format' 'status:-f' 'status:--format' 'track github:-f' 'track github:--format' 'track pypi:-f' 'track pypi:--format' 'track all:-f' 'track all:--format' 'report:-f' 'report:--format' 'alerts list:-f' 'alerts list:--format' 'alerts simulate:-f' 'alerts simulate:--format' 'track github:--with' 'track pypi:--by' '*:-c' '*:--config' '*:--password-file' '*:--state' '*:--color' '*:--log-format' '*:--password-command'
                    set spot $word
            end
            continue
        end
        switch (string trim -- "$place $word")
            case 'probe' 'beat' 'export' 'daemon' 'status' 'report' 'forget' 'login' 'logout' 'completion' 'demo' 'track' 'track github' 'track pypi' 'track all' 'alerts' 'alerts list' 'alerts test' 'alerts simulate' 'alerts silence' 'alerts unsilence' 'config' 'config init' 'config path' 'config show' 'config check' 'config schema' 'config get' 'config set' 'config unset' 'config edit' 'config seal' 'config reseal' 'config passwd' 'config rekey' 'config import' 'config import legacy'
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
                case 'probe'
                    set described -X\t'For addresses: GET, POST, ' --method\t'For addresses: GET, POST, ' -H\t'For addresses: send this; may be repeated' --header\t'For addresses: send this; may be repeated' -d\t'For addresses: send this body' --data\t'For addresses: send this body' --expect\t'Down unless this holds; may be repeated' --count\t'Probe so many times' --interval\t'From one probe to the next, with --count and --wait' --wait\t'Probe until nothing fails any more, at most so long; shows the last look' --explain\t'Tell phases, certificate, headers and what happened' -o\t'Also export to influx, prometheus, database, file as configured; may be repeated or have commas' --output\t'Also export to influx, prometheus, database, file as configured; may be repeated or have commas' -f\t'One of table, text, json, jsonl, csv, markdown, openmetrics, junit, nagios, github' --format\t'One of table, text, json, jsonl, csv, markdown, openmetrics, junit, nagios, github' --file\t'Write the result there, once it is whole' --dry-run\t'Read and show; keep, export and send nothing' --no-store\t'Keep no history of this run' --fail-on\t'End with exit code 10 when this holds: down, degraded, \'latency > 500ms\', \'cert < 14d\', never, ...; may be repeated' --timeout\t'For everything of one probe'
                case 'beat'
                    set described --start\t'It has begun' --success\t'It is done' --fail\t'It has failed' --log\t'What it has to say about it, in one line'
                case 'export'
                    set described -o\t'Send to influx, prometheus, database, file as configured; may be repeated or have commas' --output\t'Send to influx, prometheus, database, file as configured; may be repeated or have commas' --since\t'From then on: how long ago (30d), a day, or a time (2026-05-04T12:00Z)' --until\t'Up to then' --source\t'Only from github, pypi, probe; may be repeated or have commas' -f\t'History as jsonl, csv, influx or openmetrics' --format\t'History as jsonl, csv, influx or openmetrics' --file\t'Write the result there, once it is whole' --timeout\t'Give up on a sink that takes nothing for so long' --dry-run\t'Only count what would be sent or written' --refused\t'List what sinks have refused for good, and why' --listen\t'Serve the newest state to Prometheus at /metrics, until Ctrl-C' --delete\t'With -o prometheus: take away what it shows of Colter'
                case 'daemon'
                    set described --every\t'How often to read repositories and packages: 15m, \'0 3 * * *\'' --listen\t'Where to serve /metrics, /healthz, /readyz, /probe and /beat; `off`: nowhere' -o\t'Also export to influx, prometheus, database, file as configured; may be repeated or have commas' --output\t'Also export to influx, prometheus, database, file as configured; may be repeated or have commas' --once\t'Do everything that is configured once, and end'
                case 'status'
                    set described -f\t'One of table, text, json, jsonl, csv, markdown, openmetrics' --format\t'One of table, text, json, jsonl, csv, markdown, openmetrics' --file\t'Write the result there, once it is whole'
                case 'report'
                    set described --window\t'So long, up to --until; instead of --since' --since\t'From then on: how long ago (30d), a day, or a time (2026-05-04T12:00Z)' --until\t'Up to then' -f\t'One of table, text, json, jsonl, csv, markdown' --format\t'One of table, text, json, jsonl, csv, markdown' --file\t'Write the result there, once it is whole' --fail-on\t'End with exit code 10 when this holds for an endpoint: \'availability < 99.9%\', \'outages > 0\', \'downtime > 30m\', \'p95 > 500ms\', ...; may be repeated'
                case 'forget'
                    set described --yes\t'Do not ask' -y\t'Do not ask' --dry-run\t'Say what would be forgotten, and forget nothing' --force\t'Also what is still configured, or owed to a sink'
                case 'logout'
                    set described --all\t'End the sessions of all configurations'
                case 'demo'
                    set described --keep\t'Keep the sandbox\'s folder, and say where it is'
                case 'track github'
                    set described --with\t'Read more: downloads, issues, traffic, ci, security; may be repeated or have commas' -o\t'Also export to influx, prometheus, database, file as configured; may be repeated or have commas' --output\t'Also export to influx, prometheus, database, file as configured; may be repeated or have commas' -f\t'One of table, text, json, jsonl, csv, markdown, openmetrics' --format\t'One of table, text, json, jsonl, csv, markdown, openmetrics' --file\t'Write the result there, once it is whole' --dry-run\t'Read and show; keep, export and send nothing' --no-store\t'Keep no history of this run' --fail-on\t'End with exit code 10 when this holds: \'open_issues > 0\', error, ...; may be repeated' --timeout\t'For each source as a whole; what was read by then stands'
                case 'track pypi'
                    set described --by\t'Split downloads by python or system; may be repeated or have commas' -o\t'Also export to influx, prometheus, database, file as configured; may be repeated or have commas' --output\t'Also export to influx, prometheus, database, file as configured; may be repeated or have commas' -f\t'One of table, text, json, jsonl, csv, markdown, openmetrics' --format\t'One of table, text, json, jsonl, csv, markdown, openmetrics' --file\t'Write the result there, once it is whole' --dry-run\t'Read and show; keep, export and send nothing' --no-store\t'Keep no history of this run' --fail-on\t'End with exit code 10 when this holds: \'open_issues > 0\', error, ...; may be repeated' --timeout\t'For each source as a whole; what was read by then stands'
                case 'track all'
                    set described -o\t'Also export to influx, prometheus, database, file as configured; may be repeated or have commas' --output\t'Also export to influx, prometheus, database, file as configured; may be repeated or have commas' -f\t'One of table, text, json, jsonl, csv, markdown, openmetrics' --format\t'One of table, text, json, jsonl, csv, markdown, openmetrics' --file\t'Write the result there, once it is whole' --dry-run\t'Read and show; keep, export and send nothing' --no-store\t'Keep no history of this run' --fail-on\t'End with exit code 10 when this holds: \'open_issues > 0\', error, ...; may be repeated' --timeout\t'For each source as a whole; what was read by then stands'
                case 'alerts list'
                    set described --all\t'Also what has only begun to fail, and nobody is told of yet' --undelivered\t'Notifications that have not arrived, and those that never will' -f\t'One of table, text, json, jsonl, csv, markdown' --format\t'One of table, text, json, jsonl, csv, markdown' --file\t'Write the result there, once it is whole'
                case 'alerts test'
                    set described --dry-run\t'Show what would be sent, and send nothing'
                case 'alerts simulate'
                    set described --since\t'From then on: how long ago (30d), a day, or a time (2026-05-04T12:00Z)' --until\t'Up to then' -f\t'One of table, text, json, jsonl, csv, markdown' --format\t'One of table, text, json, jsonl, csv, markdown' --file\t'Write the result there, once it is whole'
                case 'alerts silence'
                    set described --for\t'How long: 30m, 2h, 1d12h; a year at most' --until\t'Until then: 2026-05-04, 2026-05-04T18:00+02:00' --note\t'Why; the list shows it'
                case 'alerts unsilence'
                    set described --all\t'Everything'
                case 'config show'
                    set described --reveal\t'Show secrets in clear text; asks for the master password' --effective\t'Every key, with its default and what variables hold'
                case 'config get'
                    set described --reveal\t'Show secrets in clear text; asks for the master password'
                case 'config reseal'
                    set described --was\t'The destination it was sealed for; none: type it anew'
                case 'config passwd'
                    set described --new-password-file\t'Read the new one from a private file'
                case 'config import legacy'
                    set described --salt\t'Its salt [beside it]' --new-password-file\t'Read the new one from a private file'
            end
            set -a described -c\t'The configuration file [COLTER_CONFIG]' --config\t'The configuration file [COLTER_CONFIG]' --state\t'Where history is kept' -v\t'Tell more on stderr; twice: everything' --verbose\t'Tell more on stderr; twice: everything' -q\t'Say nothing but errors' --quiet\t'Say nothing but errors' --color\t'Whether to use colours' --log-format\t'How to talk on stderr; json: one object per line' --no-input\t'Never ask anything' --password-file\t'Read the master password from a private file' --password-command\t'Run this to get the master password' -V\t'Print the version' --version\t'Print the version' -h\t'Show this message and exit' --help\t'Show this message and exit'
        case 'probe:-X' 'probe:--method' 'probe:-H' 'probe:--header' 'probe:-d' 'probe:--data' 'probe:--expect' 'probe:--count' 'probe:--interval' 'probe:--wait' 'probe:--fail-on' 'probe:--timeout' 'beat:--log' 'export:--since' 'export:--until' 'export:--timeout' 'export:--listen' 'daemon:--every' 'daemon:--listen' 'report:--window' 'report:--since' 'report:--until' 'report:--fail-on' 'track github:--fail-on' 'track github:--timeout' 'track pypi:--fail-on' 'track pypi:--timeout' 'track all:--fail-on' 'track all:--timeout' 'alerts simulate:--since' 'alerts simulate:--until' 'alerts silence:--for' 'alerts silence:--until' 'alerts silence:--note' 'config reseal:--was'
        case 'probe:-o' 'probe:--output' 'export:-o' 'export:--output' 'daemon:-o' 'daemon:--output' 'track github:-o' 'track github:--output' 'track pypi:-o' 'track pypi:--output' 'track all:-o' 'track all:--output'
            set many 1
            set known (__colter_names "$config" "$state" sink)
            set -q known[1]; or set known influx prometheus database file
        case 'probe:-f' 'probe:--format'
            set known table text json jsonl csv markdown openmetrics junit nagios github
        case 'probe:--file' 'export:--file' 'status:--file' 'report:--file' 'track github:--file' 'track pypi:--file' 'track all:--file' 'alerts list:--file' 'alerts simulate:--file' 'config passwd:--new-password-file' 'config import legacy:--salt' 'config import legacy:--new-password-file'
            set path 1
        case 'export:--source'
            set many 1
            set known github pypi probe
        case 'export:-f' 'export:--format'
            set known jsonl csv influx openmetrics table text json markdown
        case 'status:-f' 'status:--format' 'track github:-f' 'track github:--format' 'track pypi:-f' 'track pypi:--format' 'track all:-f' 'track all:--format'
            set known table text json jsonl csv markdown openmetrics
        case 'report:-f' 'report:--format' 'alerts list:-f' 'alerts list:--format' 'alerts simulate:-f' 'alerts simulate:--format'
            set known table text json jsonl csv markdown
        case 'track github:--with'
            set many 1
            set known downloads issues traffic ci security
        case 'track pypi:--by'
            set many 1
            set known python system
        case '*:-c' '*:--config' '*:--password-file'
            set path 1
        case '*:--state'
            set path 1
        case '*:--color'
            set known auto always never
        case '*:--log-format'
            set known text json
        case '*:--password-command'
        case ':0'
            set described probe\t'Probe endpoints once' beat\t'Report that a job was done, or run it and report how it went' export\t'Send what sinks are owed, or any part of the history to a sink or a file' daemon\t'Watch everything that is configured, until it is ended' status\t'Show the last known of everything, without any network' report\t'Show how long endpoints were up, and how far numbers moved' forget\t'Forget targets that are not watched any more' login\t'Ask for the master password once, for 30 minutes' logout\t'Forget the master password' completion\t'Print the completion script for a shell' demo\t'Try Colter in a sandbox, without touching anything' track\t'Read repositories and packages once' alerts\t'Show what fires, silence it, try channels and rules' config\t'Create, check, show and change the configuration'
        case 'probe:*'
            set known (__colter_names "$config" "$state" endpoint tag)
        case 'beat:0'
            set known (__colter_names "$config" "$state" heartbeat)
        case 'beat:*' 'config get:0' 'config set:0' 'config set:1' 'config unset:0' 'config reseal:0'
        case 'report:*' 'alerts simulate:*' 'alerts silence:*' 'alerts unsilence:*'
            set known (__colter_names "$config" "$state" endpoint heartbeat tag)
        case 'forget:*'
            set known (__colter_names "$config" "$state" former)
        case 'completion:0'
            set known bash zsh fish powershell
        case 'track:0'
            set described github\t'Read repositories: stars, forks, issues, pull requests, releases and more' pypi\t'Read Python packages: version, releases, downloads and known vulnerabilities' all\t'Read all configured repositories and packages'
        case 'track github:*'
            set known (__colter_names "$config" "$state" repository)
        case 'track pypi:*'
            set known (__colter_names "$config" "$state" package)
        case 'alerts:0'
            set described list\t'Show what fires, since when, who was told, and what is silent' test\t'Send a channel, or all of them, a message that says it is only a test' simulate\t'Show what would have been sent' silence\t'Hear nothing of something for a while' unsilence\t'Hear again of what was silenced'
        case 'alerts test:0'
            set known (__colter_names "$config" "$state" channel)
        case 'config:0'
            set described init\t'Create the configuration, or complete it: asks only for the sections that are missing' path\t'Print the path of the configuration file: the one that is read, or the one that would be created' show\t'Print the configuration as YAML, with what the environment sets, and dots for secrets' check\t'Check the configuration and tell everything that is wrong with it, each with its place' schema\t'Print the JSON Schema of the configuration, for editors' get\t'Print the value of one key: as it is written, or else its default' set\t'Set one key' unset\t'Take one key or one endpoint out; its default counts then' edit\t'Open a copy in $VISUAL, $EDITOR or vi; it replaces the file only when it is right' seal\t'Encrypt every secret that stands in clear text; makes the vault, with a new master password, if there is none' reseal\t'Seal one secret for a destination that was changed outside of Colter' passwd\t'Change the master password: one line of the file changes, and every session ends' rekey\t'Make a new data key and seal every secret with it, under the same master password' import\t'Take over another tool\'s configuration'
        case 'config check:0' 'config import legacy:0'
            set path 1
        case 'config import:0'
            set described legacy\t'Make a new configuration of the predecessor\'s: the same values, its secrets in a vault'
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
