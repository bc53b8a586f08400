"""The JSON Schema of a bank file, for editors."""

import json

from interviewer.domain.card import TopicFile


def topic_file_schema() -> str:
    """The schema as indented JSON text, ending in a newline."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Interviewer bank file: one topic and its cards",
        **{key: value for key, value in TopicFile.model_json_schema().items() if key != "title"},
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
