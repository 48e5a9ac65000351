"""Settings from the environment; every field can be set there, none needs to be."""

import os
from pathlib import Path

import platformdirs
from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where the database is and where files live.

    With ``NEO4J_URI`` unset, everything uses the managed local server in ``GROUNDSWELL_HOME``.
    """

    # By alias only: by its name, the field `home` would be read from HOME.
    model_config = SettingsConfigDict(extra="ignore")

    neo4j_uri: str | None = Field(
        None,
        validation_alias="NEO4J_URI",
        description="Another Neo4j to use instead of the managed local one",
    )
    neo4j_user: str = Field(
        "neo4j",
        validation_alias=AliasChoices("NEO4J_USER", "NEO4J_USERNAME"),
        description="Its user",
    )
    neo4j_password: SecretStr = Field(
        SecretStr(""), validation_alias="NEO4J_PASSWORD", description="Its password"
    )
    neo4j_database: str = Field("neo4j", validation_alias="NEO4J_DATABASE", description="Its database")
    home: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("groundswell"),
        validation_alias="GROUNDSWELL_HOME",
        description="Folder of the local database, its password, its logs and the checkpoints",
        json_schema_extra={"shown": "`groundswell` in the user's data folder"},
    )
    cache: Path = Field(
        default_factory=lambda: platformdirs.user_cache_path("groundswell"),
        validation_alias="GROUNDSWELL_CACHE",
        description="Folder of what was downloaded, and of vectors of texts",
        json_schema_extra={"shown": "`groundswell` in the user's cache folder"},
    )
    dataset: str = Field(
        "",
        validation_alias="GROUNDSWELL_DATASET",
        description="Data set to use where none is named; needed only where the database holds several",
    )
    api_token: SecretStr = Field(
        SecretStr(""),
        validation_alias="GROUNDSWELL_API_TOKEN",
        description="A key for everything, beside those of `groundswell keys`",
    )
    rate_per_minute: int = Field(
        600,
        ge=0,
        validation_alias="GROUNDSWELL_RATE_PER_MINUTE",
        description="How often an API key may ask; 0: as often as it likes",
    )
    query_seconds: float = Field(
        30.0,
        gt=0,
        validation_alias="GROUNDSWELL_QUERY_SECONDS",
        description="How long a statement may take that the API runs; after that the answer is 503",
    )
    cors_origins: str = Field(
        "",
        validation_alias="GROUNDSWELL_CORS_ORIGINS",
        description="Web pages elsewhere that may ask the API, like https://a.example,https://b.example",
    )
    pseudonym_key: SecretStr = Field(
        SecretStr(""),
        validation_alias="GROUNDSWELL_PSEUDONYM_KEY",
        description="Where set, exported users go by pseudonyms made with it (HMAC-SHA-256)",
    )
    max_upload_mib: int = Field(
        1024,
        validation_alias="GROUNDSWELL_MAX_UPLOAD_MIB",
        description="The largest delivery that the API takes, in MiB",
    )
    server: str = Field(
        "",
        validation_alias="GROUNDSWELL_SERVER",
        description="Address of another Groundswell, which the command line asks instead of a database",
    )
    server_key: SecretStr = Field(
        SecretStr(""), validation_alias="GROUNDSWELL_SERVER_KEY", description="A key of its API"
    )
    maven_mirror: str | None = Field(
        None,
        validation_alias="GROUNDSWELL_MAVEN_MIRROR",
        description="Address of a repository to fetch Neo4j's jars from instead of Maven Central",
    )
    text_model: Path | None = Field(
        None,
        validation_alias="GROUNDSWELL_TEXT_MODEL",
        description="Folder of a sentence-transformers model to use instead of the packaged one",
    )

    training_epochs: int | None = Field(
        None,
        ge=1,
        validation_alias="GROUNDSWELL_TRAINING_EPOCHS",
        description="The most epochs a K-LSTM is trained for: fewer are quicker, and less accurate",
    )

    def environment(self) -> dict[str, str]:
        """That of this process, with these settings: for a process that is to have the same."""
        told = {}
        for name, field in type(self).model_fields.items():
            alias, value = field.validation_alias, getattr(self, name)
            variable = alias.choices[0] if isinstance(alias, AliasChoices) else alias
            if value is not None:
                told[str(variable)] = str(value.get_secret_value() if isinstance(value, SecretStr) else value)
        return {**os.environ, **told}

    @property
    def checkpoints(self) -> Path:
        """The folder of trained models."""
        return self.home / "checkpoints"
