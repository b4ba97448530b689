"""The configuration file as something that is changed: checked before it is written, secrets sealed in their places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from colter.config.schema.secretref import Form, SecretRef
from colter.config.settings import AskPassword, Settings, Unlock, make_settings
from colter.config.yaml.document import Document, load_document, parse_document
from colter.config.yaml.edit import set_value
from colter.config.yaml.save import save
from colter.core.errors import ConfigError, VaultError
from colter.core.secret import Secret
from colter.core.text import clean

if TYPE_CHECKING:
    from colter.config.vault.vault import OpenVault

_STAND_IN = "${COLTER_STAND_IN:-x}"
"""A secret that nobody opens: so it is taken for one also where a plain address may stand."""
VAULT = ("vault",)


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """One version of the file. Every change returns a document; nothing is on disk before `write`."""

    path: Path
    document: Document
    env: Mapping[str, str] = field(repr=False)  # it may hold secrets
    unlock: Unlock
    ask_password: AskPassword | None = None
    salt: Path | None = None
    """The predecessor's salt; none: beside the file."""

    def settings(self, document: Document | None = None) -> Settings:
        """This version, or another one, checked; ConfigError says all that is wrong."""
        return make_settings(
            document or self.document,
            self.env,
            self.unlock,
            path=self.path,
            ask_password=self.ask_password,
            salt=self.salt,
        )

    def write(self, document: Document) -> None:
        """Check a changed document, seal what is new or moved by the change, and put it in place of this one.

        Raises:
            ConfigError: it is wrong, cannot be written, or somebody else changed the file meanwhile; it is as it was.
        """
        sealed = self._sealed(document)
        self.settings(sealed)
        save(self.path, sealed.encoded(), instead_of=self.document.encoded())

    def with_secret(self, path: Sequence[str], secret: Secret, document: Document | None = None) -> Document:
        """A document with a secret: sealed where there is a vault, in clear text where there is none."""
        document = document or self.document
        draft = self.settings(set_value(document, path, _STAND_IN))
        header = vault_line(draft)
        if header is None:
            return set_value(document, path, secret.reveal().replace("${", "$${"))
        return _seal(document, self.unlock(header), _find(draft, path), secret)

    def with_sealed(self, secrets: Sequence[tuple[SecretRef, Secret]], vault: "OpenVault") -> Document:
        """A document in which these secrets are sealed anew; the vault may be a new one."""
        document = set_value(self.document, VAULT, vault.header)
        for ref, secret in secrets:
            document = _seal(document, vault, ref, secret)
        return document

    def secrets(self, *forms: Form) -> list[tuple[SecretRef, Secret]]:
        """The secrets that stand in the file in these forms, opened; what the environment sets is not among them."""
        settings = self.settings()
        refs = [ref for ref in settings.config.secrets if ref.form in forms and ref.path not in settings.origins]
        return [(ref, settings.reveal(ref)) for ref in refs]

    def _sealed(self, document: Document) -> Document:
        """Where there is a vault: seal what is new in clear text, and what has another place or destination now."""
        after = self.settings(document)
        header = after.config.vault
        try:
            before = self.settings()
        except ConfigError:  # it was wrong and is being mended: nothing is known of how it was
            return document
        known = {ref.raw: ref for ref in before.config.secrets if ref.form is Form.SEALED}
        changed = [ref for ref in after.config.secrets if ref not in before.config.secrets]
        for ref in changed:
            if header is None or ref.path in after.origins:
                continue
            if old := known.get(ref.raw):
                document = _seal(document, self.unlock(header), ref, before.reveal(old))
            elif ref.form is Form.CLEAR:
                document = _seal(document, self.unlock(header), ref, after.reveal(ref))
        return document


def open_file(
    path: Path, env: Mapping[str, str], unlock: Unlock, ask_password: AskPassword | None, *, broken: bool = False
) -> ConfigFile:
    """The file at a path; one that is not there yet is empty, and with `broken`, so is one that is no YAML."""
    document = load_document(path, broken=broken) if path.exists() else parse_document(b"", clean(str(path)))
    return ConfigFile(path, document, env, unlock, ask_password)


def vault_line(settings: Settings) -> str | None:
    """The line that opens the vault; None where none was made yet.

    Raises:
        VaultError: it was taken out, though values are sealed: a new secret would stand in clear text beside them.
    """
    if settings.config.vault is None:
        for ref in settings.config.secrets:
            if ref.form is Form.SEALED:
                raise VaultError(
                    f"{settings.place(ref)}: the value is sealed, and the file has no vault line",
                    hint=f"restore the line `vault:` from a backup; or: colter config unset {ref.key}",
                )
    return settings.config.vault


def _find(settings: Settings, path: Sequence[str]) -> SecretRef:
    ref = settings.secret(path)
    if ref is None:
        raise ConfigError(f"{'.'.join(path)}: no secret stands here", hint="colter config show lists what is there")
    return ref


def _seal(document: Document, vault: "OpenVault", ref: SecretRef, secret: Secret) -> Document:
    return set_value(document, ref.path, vault.seal(ref.path, ref.audience, secret))
