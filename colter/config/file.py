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
from colter.core.errors import ConfigError
from colter.core.secret import Secret
from colter.core.text import clean

if TYPE_CHECKING:
    from colter.config.vault.vault import OpenVault

_STAND_IN = "x"
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
        """Check a changed document, seal again what was moved by the change, and put it in place of this one.

        Raises:
            ConfigError: it is wrong, cannot be written, or somebody else changed the file meanwhile; it is as it was.
        """
        carried = self._carry(document)
        self.settings(carried)
        if self.path.exists() and self.path.read_bytes() != self.document.encoded():
            raise ConfigError(f"{clean(str(self.path))}: somebody else changed it meanwhile; nothing was written")
        save(self.path, carried.encoded())

    def with_secret(self, path: Sequence[str], secret: Secret, document: Document | None = None) -> Document:
        """A document with a secret: sealed where there is a vault, in clear text where there is none."""
        document = document or self.document
        draft = self.settings(set_value(document, path, _STAND_IN))
        if draft.config.vault is None:
            return set_value(document, path, secret.reveal().replace("${", "$${"))
        return _seal(document, self.unlock(draft.config.vault), _find(draft, path), secret)

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

    def _carry(self, document: Document) -> Document:
        """Seal again the secrets whose place or destination is another after a change that the user made through us."""
        after = self.settings(document)
        try:
            before = self.settings()
        except ConfigError:  # it was wrong and is being mended: nothing can be carried over
            return document
        known = {ref.raw: ref for ref in before.config.secrets if ref.form is Form.SEALED}
        for ref in after.config.secrets:
            old = known.get(ref.raw)
            if old and after.config.vault and (old.path, old.audience) != (ref.path, ref.audience):
                document = _seal(document, self.unlock(after.config.vault), ref, before.reveal(old))
        return document


def open_file(path: Path, env: Mapping[str, str], unlock: Unlock, ask_password: AskPassword | None) -> ConfigFile:
    """The file at a path; one that is not there yet is empty."""
    document = load_document(path) if path.exists() else parse_document(b"", clean(str(path)))
    return ConfigFile(path, document, env, unlock, ask_password)


def _find(settings: Settings, path: Sequence[str]) -> SecretRef:
    ref = settings.secret(path)
    if ref is None:
        raise ConfigError(f"{'.'.join(path)}: no secret stands here", hint="colter config show lists what is there")
    return ref


def _seal(document: Document, vault: "OpenVault", ref: SecretRef, secret: Secret) -> Document:
    return set_value(document, ref.path, vault.seal(ref.path, ref.audience, secret))
