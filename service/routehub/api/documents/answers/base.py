"""What every model of an answer is."""

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """Readers ignore fields that they do not know, so that one can be added."""

    model_config = ConfigDict(use_attribute_docstrings=True)
