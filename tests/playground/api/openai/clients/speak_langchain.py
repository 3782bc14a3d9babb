"""langchain-openai: a call, a stream, structured output."""

import json
import sys

from langchain_openai import ChatOpenAI

model = ChatOpenAI(model="stories", base_url=f"{sys.argv[1]}/v1", api_key=sys.argv[2], temperature=0, max_tokens=20, max_retries=0)
asked = "What is the capital of France?"
schema = {
    "title": "hero",
    "type": "object",
    "properties": {"name": {"type": "string", "enum": ["Lily", "Ben"]}},
    "required": ["name"],
    "additionalProperties": False,
}
structured = model.with_structured_output(schema, method="json_schema").invoke("A name?")
print(
    json.dumps(
        {"chat": model.invoke(asked).content, "streamed": "".join(chunk.content for chunk in model.stream(asked)), "structured": structured}
    )
)
