"""Settings from the environment; every field can be set there, none needs to be."""

from pathlib import Path

import platformdirs
from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where the database is and where files live.

    With ``NEO4J_URI`` unset, everything uses the managed local server in ``GROUNDSWELL_HOME``.
    """

    model_config = SettingsConfigDict(populate_by_name=True, extra="ignore")

    neo4j_uri: str | None = Field(None, validation_alias="NEO4J_URI")
    neo4j_user: str = Field("neo4j", validation_alias=AliasChoices("NEO4J_USER", "NEO4J_USERNAME"))
    neo4j_password: SecretStr = Field(SecretStr(""), validation_alias="NEO4J_PASSWORD")
    neo4j_database: str = Field("neo4j", validation_alias="NEO4J_DATABASE")
    home: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("groundswell"),
        validation_alias="GROUNDSWELL_HOME",
    )
    cache: Path = Field(
        default_factory=lambda: platformdirs.user_cache_path("groundswell"),
        validation_alias="GROUNDSWELL_CACHE",
    )

    api_token: SecretStr = Field(SecretStr(""), validation_alias="GROUNDSWELL_API_TOKEN")
    """What the API asks for; it must be set to serve other machines."""
    maven_mirror: str | None = Field(None, validation_alias="GROUNDSWELL_MAVEN_MIRROR")
    """The address of a repository to fetch Neo4j's jars from instead of Maven Central."""
    text_model: Path | None = Field(None, validation_alias="GROUNDSWELL_TEXT_MODEL")
    """The folder of a sentence-transformers model; the packaged one where unset."""

    @property
    def checkpoints(self) -> Path:
        """The folder of trained models."""
        return self.home / "checkpoints"
