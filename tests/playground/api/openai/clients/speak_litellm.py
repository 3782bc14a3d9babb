"""litellm, as a proxy would use it."""

import json
import sys

import litellm

CHAT = [{"role": "user", "content": "What is the capital of France?"}]
options = {
    "model": "openai/stories",
    "api_base": f"{sys.argv[1]}/v1",
    "api_key": sys.argv[2],
    "messages": CHAT,
    "temperature": 0,
    "max_tokens": 20,
}
whole = litellm.completion(**options)
parts = litellm.completion(**options, stream=True)
print(json.dumps({"chat": whole.choices[0].message.content, "streamed": "".join(part.choices[0].delta.content or "" for part in parts)}))
