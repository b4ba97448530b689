"""The configuration in use: read, completed by the environment, checked as a whole; secrets are opened one by one."""

import stat
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from colter.config.environment import apply_environment, misspelt
from colter.config.legacy import SALT_NAME, LegacyKey, read_salt
from colter.config.paths import LEGACY_NAME, config_path
from colter.config.schema.config import Config
from colter.config.schema.conflicts import find_conflicts
from colter.config.schema.problems import Loc, Places, explain, refuse
from colter.config.schema.secretref import Form, SecretRef
from colter.config.schema.variables import expand
from colter.config.yaml.document import Document, load_document
from colter.core.alerting.tracked import must_be_chosen, read_rule
from colter.core.errors import ConfigError, LockedError, VaultError
from colter.core.secret import Secret

if TYPE_CHECKING:  # the vault brings `cryptography`, which is needed only when something is sealed
    from colter.config.vault.vault import OpenVault

Unlock = Callable[[str], "OpenVault"]
AskPassword = Callable[[str], Secret]
_NO_VAULT = "the value is sealed, and the file has no vault line to open it with"


def load_settings(
    path: Path | None,
    env: Mapping[str, str],
    unlock: Unlock,
    ask_password: AskPassword | None = None,
    *,
    former: Config | None = None,
) -> "Settings":
    """Find, read and check the configuration; without any file it is an empty one. Opens no secret.

    Args:
        path: the file; None: wherever `config_path` finds one.
        env: the environment: `COLTER_SECTION__KEY`, `GITHUB_TOKEN`, and the variables in texts.
        unlock: opens the vault with this header, when the first sealed secret is asked for.
        ask_password: asks for the predecessor's master password.
        former: what was configured before; endpoints that are as they were are taken from there.

    Raises:
        ConfigError: all that is wrong, one line each: `file:line:col: key: what is wrong, what was expected`.
    """
    found = config_path(path, env)
    document = load_document(found) if found else None
    return make_settings(document, env, unlock, path=found, ask_password=ask_password, former=former)


def make_settings(
    document: Document | None,
    env: Mapping[str, str],
    unlock: Unlock,
    *,
    path: Path | None = None,
    ask_password: AskPassword | None = None,
    salt: Path | None = None,
    former: Config | None = None,
) -> "Settings":
    """The settings of a document that was read already; ConfigError as for `load_settings`."""
    data, origins = apply_environment(document.data if document else {}, env)
    config = check(data, env, Places(document, data, origins), former)
    return Settings(
        config,
        path=path,
        document=document,
        data=data,
        origins=origins,
        env=env,
        unlock=unlock,
        ask_password=ask_password,
        salt=salt or (path.with_name(SALT_NAME) if path and path.name == LEGACY_NAME else None),
    )


def check(data: Mapping[str, Any], env: Mapping[str, str], places: Places, former: Config | None = None) -> Config:
    """The configuration in plain data; ConfigError says all that is wrong with it."""
    # An empty section, `smtp:` and nothing more, is one that is not there.
    written = {key: value for key, value in data.items() if value is not None}
    before = {endpoint.name: endpoint for endpoint in former.endpoints} if former else {}
    try:
        config = Config.model_validate(written, context={"env": env, "known": {}, "former": before})
    except ValidationError as error:
        raise explain(error, places) from None
    conflicts = find_conflicts(config)
    if first := next(conflicts, None):
        raise refuse(places.line(loc, message) for loc, message in chain([first], conflicts))
    return config


class Settings:
    """The checked configuration, and the way to its secrets."""

    def __init__(
        self,
        config: Config,
        *,
        path: Path | None,
        document: Document | None,
        data: Mapping[str, Any],
        origins: Mapping[tuple[str, ...], str],
        env: Mapping[str, str],
        unlock: Unlock,
        ask_password: AskPassword | None,
        salt: Path | None,
    ) -> None:
        self.config = config
        self.path = path
        """The file; None when there is none."""
        self.document = document
        self.data = data
        """The file's values as written, with those of the environment in their places."""
        self.origins = origins
        """The variable that set a value, by path."""
        self.on_reveal: Callable[[Secret], None] = _ignore
        """Told every secret that is opened, so that logs can mask it."""
        self._env = env
        self._unlock = unlock
        self._ask_password = ask_password
        self._salt = salt
        self._legacy: LegacyKey | None = None

    @property
    def warnings(self) -> list[str]:
        """What the user should know, one line each."""
        return [
            *_open_file(self),
            *_clear_text(self),
            *_without_vault(self),
            *_predecessor(self),
            *_blind(self),
            *self._misspelt(),
        ]

    def forget_file(self) -> None:
        """Let go of what was written, for those who live long: of thousands of endpoints it is many megabytes.

        Messages about secrets say their keys then, but not their lines.
        """
        self.document, self.data = None, {}

    def reveal(self, ref: SecretRef) -> Secret:
        """Open one secret; the vault is unlocked at the first that is sealed.

        Raises:
            LockedError: no password, or a wrong one.
            VaultError: the vault or this secret is damaged, was altered or moved.
            ConfigError: an environment variable is not set.
        """
        secret = _OPENERS[ref.form](self, ref)
        self.on_reveal(secret)
        return secret

    def needs_password(self, ref: SecretRef) -> bool:
        """Whether nobody can open this secret without a master password."""
        if ref.form is Form.SEALED:
            return self.config.vault is not None
        return ref.form is Form.FERNET and self._salt is not None

    def text(self, written: str | SecretRef | None) -> str | None:
        """What may be a secret, as it is used; raises what `reveal` does."""
        return self.reveal(written).reveal() if isinstance(written, SecretRef) else written

    def secret(self, path: Sequence[str]) -> SecretRef | None:
        """The secret at a path; None when there is none."""
        return next((ref for ref in self.config.secrets if ref.path == tuple(path)), None)

    def place(self, ref: SecretRef) -> str:
        """`file:line:col: key` of a secret, or the variable that holds it."""
        if name := self.origins.get(ref.path):
            return f"environment: {name}"
        where = self.document.place(self._loc(ref)) if self.document else "configuration"
        return f"{where}: {ref.key}"

    def renewal(self, ref: SecretRef) -> str:
        """Where another secret is put in the place of this one, as the end of a hint."""
        name = self.origins.get(ref.path)
        return f"it stands in the variable {name}" if name else f"colter config set {ref.key} -"

    def line(self, loc: Loc, message: str) -> str:
        """`file:line:col: key: message`, for a path of keys and indices; the variable where one has set the value."""
        return Places(self.document, self.data, self.origins).line(loc, message)

    def _misspelt(self) -> list[str]:
        text = self.document.text if self.document else ""  # it may be there for `${COLTER_GITHUB_TOKEN}`
        return [
            f"environment: {name} sets nothing; {meant} does"
            for name, meant in misspelt(self._env).items()
            if meant not in self._env and name not in text
        ]

    def _loc(self, ref: SecretRef) -> list[str | int]:
        loc: list[str | int] = list(ref.path)
        if ref.path[0] == "endpoints":
            names = [endpoint.name for endpoint in self.config.endpoints]
            loc[1] = names.index(ref.path[1])
        return loc

    def _open_sealed(self, ref: SecretRef) -> Secret:
        if self.config.vault is None:
            raise VaultError(
                f"{self.place(ref)}: {_NO_VAULT}",
                hint="restore the line `vault:`, or set the secret anew",
            )
        return self._unlock(self.config.vault).open(ref.path, ref.audience, ref.raw)

    def _open_text(self, ref: SecretRef) -> Secret:
        try:
            return Secret(expand(ref.raw, self._env))
        except ValueError as error:
            raise ConfigError(f"{self.place(ref)}: {error}") from None

    def _open_fernet(self, ref: SecretRef) -> Secret:
        if self._salt is None:  # such a value is bound to nothing: it would be opened for any destination
            raise VaultError(
                f"{self.place(ref)}: a secret of the predecessor stands in a file that is not the predecessor's",
                hint=f"colter config import legacy; or: colter config set {ref.key}",
            )
        if self._legacy is None:
            if self._ask_password is None:
                raise LockedError(f"{self.place(ref)}: the predecessor's master password is needed")
            salt = read_salt(self._salt)
            self._legacy = LegacyKey(self._ask_password("Master password of the predecessor"), salt)
        return self._legacy.open(self.place(ref), ref.raw)


_OPENERS: Mapping[Form, Callable[[Settings, SecretRef], Secret]] = {
    Form.SEALED: Settings._open_sealed,  # noqa: SLF001  one table instead of four branches
    Form.VARIABLE: Settings._open_text,  # noqa: SLF001
    Form.FERNET: Settings._open_fernet,  # noqa: SLF001
    Form.CLEAR: Settings._open_text,  # noqa: SLF001
}


def _open_file(settings: Settings) -> list[str]:
    mode = settings.document.mode if settings.document and settings.path else 0
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        return [f"{settings.path}: others can change it (mode {mode:o}); chmod 600 it"]
    if mode & (stat.S_IRGRP | stat.S_IROTH) and settings.config.secrets:
        return [f"{settings.path}: others can read it (mode {mode:o}), and it holds secrets; chmod 600 it"]
    return []


def _clear_text(settings: Settings) -> list[str]:
    clear = [ref for ref in settings.config.secrets if ref.form is Form.CLEAR and ref.path not in settings.origins]
    return [f"{settings.place(ref)}: a secret in clear text; `colter config seal` encrypts it" for ref in clear]


def _without_vault(settings: Settings) -> list[str]:
    sealed = [ref for ref in settings.config.secrets if ref.form is Form.SEALED] if not settings.config.vault else []
    return [f"{settings.place(ref)}: {_NO_VAULT}" for ref in sealed]


def _predecessor(settings: Settings) -> list[str]:
    if settings.path and settings.path.name == LEGACY_NAME:
        return [
            f"{settings.path}: read as the predecessor left it; `colter config import legacy` makes a new one of it"
        ]
    return []


def _blind(settings: Settings) -> list[str]:
    """Rules on what is not read. No error: `colter track github --with` may read it."""
    alerts, chosen = settings.config.alerts, settings.config.github.with_
    written = alerts.rules if "rules" in alerts.model_fields_set else []
    lacking = {rule.when: must_be_chosen(read_rule(rule.when, rule.source), rule.source) for rule in written}
    return [
        f"alerts.rules: {when!r}: nothing that it speaks of is read: add {fact} to github.with"
        for when, fact in lacking.items()
        if fact and fact not in chosen
    ]


def _ignore(_: Secret) -> None:
    """Until somebody wants to know."""
