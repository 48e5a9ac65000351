"""Settings from environment variables; all are optional."""

import os
from pathlib import Path

import platformdirs
from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The database to use, and folders of files.

    If ``NEO4J_URI`` is unset, the database is the managed local server in ``GROUNDSWELL_HOME``.
    """

    # Aliases only: by name, the field `home` would be read from HOME.
    model_config = SettingsConfigDict(extra="ignore")

    neo4j_uri: str | None = Field(
        None,
        validation_alias="NEO4J_URI",
        description="Address of a Neo4j to use instead of the managed local one",
    )
    neo4j_user: str = Field(
        "neo4j",
        validation_alias=AliasChoices("NEO4J_USER", "NEO4J_USERNAME"),
        description="User of that Neo4j",
    )
    neo4j_password: SecretStr = Field(
        SecretStr(""), validation_alias="NEO4J_PASSWORD", description="Password of that user"
    )
    neo4j_database: str = Field(
        "neo4j", validation_alias="NEO4J_DATABASE", description="Name of the database"
    )
    home: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("groundswell"),
        validation_alias="GROUNDSWELL_HOME",
        description="Folder of the local database, its password, its logs and trained models",
        json_schema_extra={"default_description": "`groundswell` in the user's data folder"},
    )
    cache: Path = Field(
        default_factory=lambda: platformdirs.user_cache_path("groundswell"),
        validation_alias="GROUNDSWELL_CACHE",
        description="Folder of downloads and of text vectors",
        json_schema_extra={"default_description": "`groundswell` in the user's cache folder"},
    )
    dataset: str = Field(
        "",
        validation_alias="GROUNDSWELL_DATASET",
        description="Data set to use where none is named; needed only where the database holds several",
    )
    api_token: SecretStr = Field(
        SecretStr(""),
        validation_alias="GROUNDSWELL_API_TOKEN",
        description="An API key with all scopes, in addition to those of `groundswell keys`",
    )
    rate_per_minute: int = Field(
        600,
        ge=0,
        validation_alias="GROUNDSWELL_RATE_PER_MINUTE",
        description="Requests per minute and API key; 0 for no limit",
    )
    query_seconds: float = Field(
        30.0,
        gt=0,
        validation_alias="GROUNDSWELL_QUERY_SECONDS",
        description="Time limit of a statement of the API in seconds; after that, the response is 503",
    )
    concurrent_analyses: int = Field(
        2,
        ge=1,
        validation_alias="GROUNDSWELL_CONCURRENT_ANALYSES",
        description="Plans and what-if analyses that the API computes at once; more are answered with 503",
    )
    cors_origins: str = Field(
        "",
        validation_alias="GROUNDSWELL_CORS_ORIGINS",
        description="Origins of web pages that may use the API, for example https://a.example,https://b.example",
    )
    pseudonym_key: SecretStr = Field(
        SecretStr(""),
        validation_alias="GROUNDSWELL_PSEUDONYM_KEY",
        description="Key for pseudonyms (HMAC-SHA-256) that replace user ids in exports",
    )
    max_upload_mib: int = Field(
        1024,
        validation_alias="GROUNDSWELL_MAX_UPLOAD_MIB",
        description="Maximum size of an upload in MiB",
    )
    server: str = Field(
        "",
        validation_alias="GROUNDSWELL_SERVER",
        description="Address of a Groundswell API that the command line uses instead of a database",
    )
    server_key: SecretStr = Field(
        SecretStr(""), validation_alias="GROUNDSWELL_SERVER_KEY", description="API key for that server"
    )
    maven_mirror: str | None = Field(
        None,
        validation_alias="GROUNDSWELL_MAVEN_MIRROR",
        description="Address of a Maven repository to download Neo4j's jars from instead of Maven Central",
    )
    text_model: Path | None = Field(
        None,
        validation_alias="GROUNDSWELL_TEXT_MODEL",
        description="Folder of a sentence-transformers model that replaces the packaged one",
    )
    training_epochs: int | None = Field(
        None,
        ge=1,
        validation_alias="GROUNDSWELL_TRAINING_EPOCHS",
        description="Maximum number of epochs of a K-LSTM's training: fewer are faster and less accurate",
    )

    def environment(self) -> dict[str, str]:
        """Return this process's environment with these settings, for a child process."""
        variables = {}
        for name, field in type(self).model_fields.items():
            alias, value = field.validation_alias, getattr(self, name)
            variable = alias.choices[0] if isinstance(alias, AliasChoices) else alias
            if value is not None:
                variables[str(variable)] = str(
                    value.get_secret_value() if isinstance(value, SecretStr) else value
                )
        return {**os.environ, **variables}

    @property
    def checkpoints(self) -> Path:
        """Folder of trained models."""
        return self.home / "checkpoints"
