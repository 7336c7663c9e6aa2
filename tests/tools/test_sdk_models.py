"""The types in the sources of the Rust and Java SDKs."""

import zipfile

import pytest

from tools.sdk_models import java_types, rust_types, strictest

RUST = """
use crate::consumer::sessions::Factor;
/// Text about it.
pub struct Thing {
    /// name: The name.
    pub name: String,
    #[serde(rename = "type")]
    pub r#type: Kind,
    pub at: std::option::Option<chrono::DateTime<chrono::Utc>>,
    pub factors: std::vec::Vec<Factor>,
    pub claims: std::option::Option<serde_json::Value>,
    #[serde(with = "http_serde::status_code")]
    pub status_code: http::StatusCode,
}
pub enum Kind {
    #[serde(rename = "a_b")]
    #[default]
    AB,
    #[serde(rename = "c")]
    C,
}
"""
KOTLIN = """
import com.stytch.java.consumer.models.sessions.Factor
@JsonClass(generateAdapter = false)
public enum class Kind {
    @Json(name = "a_b")
    A_B,
}
@JsonClass(generateAdapter = true)
public data class Thing
    @JvmOverloads
    constructor(
        /** Text. */
        @Json(name = "name")
        val name: String,
        @Json(name = "type")
        val type: Kind,
        @Json(name = "at")
        val at: Instant? = null,
        @Json(name = "factors")
        val factors: List<Factor>? = emptyList(),
        @Json(name = "claims")
        val claims: Map<String, Any?>? = emptyMap(),
        @Json(name = "status_code")
        val statusCode: Int,
    )
"""


@pytest.fixture
def rust(tmp_path):
    (tmp_path / "src" / "b2b").mkdir(parents=True)
    (tmp_path / "src" / "b2b" / "some_things.rs").write_text(RUST)
    return rust_types(tmp_path)


@pytest.fixture
def java(tmp_path):
    with zipfile.ZipFile(tmp_path / "sources.jar", "w") as jar:
        jar.writestr("main/com/stytch/java/b2b/models/somethings/SomeThings.kt", KOTLIN)
    return java_types(tmp_path / "sources.jar")


def test_rust_source_is_read(rust):
    assert rust == {
        "b2b.some_things.Thing": {
            "name": "text",
            "type": "b2b.some_things.Kind",
            "at": "time?",
            "factors": "[consumer.sessions.Factor]",
            "claims": "any?",
            "status_code": "integer",
        },
        "b2b.some_things.Kind": ["a_b", "c"],
    }


def test_kotlin_source_is_read(java):
    assert java == {
        "b2b.somethings.Thing": {
            "name": "text",
            "type": "b2b.somethings.Kind",
            "at": "time?",
            "factors": "[consumer.sessions.Factor]?",
            "claims": "{any?}?",
            "status_code": "integer",
        },
        "b2b.somethings.Kind": ["a_b"],
    }


def test_the_stricter_of_two_types_counts(rust, java, monkeypatch):
    monkeypatch.setattr("tools.sdk_models._response_models", lambda: ["b2b.some_things.Thing"])
    found = strictest(rust, java)
    assert found["b2b.some_things.Kind"] == ["a_b"]
    assert found["b2b.some_things.Thing"] == {
        "at": "time?",
        "claims": "{any}?",
        "factors": "[consumer.sessions.Factor]",
        "name": "text",
        "status_code": "integer",
        "type": "b2b.some_things.Kind",
    }


def test_different_types_of_a_field_are_reported(rust, java, monkeypatch):
    monkeypatch.setattr("tools.sdk_models._response_models", lambda: ["b2b.some_things.Thing"])
    java["b2b.somethings.Thing"]["name"] = "integer"
    with pytest.raises(ValueError, match="name is text in Rust and integer in Java"):
        strictest(rust, java)
