"""OpenAI's own client: whole and streamed, text and chat, errors."""

import json
import sys

import openai

client = openai.OpenAI(base_url=f"{sys.argv[1]}/v1", api_key=sys.argv[2], max_retries=0)
PROMPT = "The capital of France is"
CHAT = [{"role": "user", "content": "What is the capital of France?"}]

whole = client.completions.create(model="stories", prompt=PROMPT, max_tokens=3, temperature=0, logprobs=2, extra_body={"min_p": 0.05})
parts = client.completions.create(
    model="stories", prompt=PROMPT, max_tokens=3, temperature=0, stream=True, stream_options={"include_usage": True}
)
pieces = list(parts)
chat = client.chat.completions.create(model="stories", messages=CHAT, temperature=0, max_tokens=20, logprobs=True, top_logprobs=3)
said = client.chat.completions.create(model="stories", messages=CHAT, temperature=0, max_tokens=20, stream=True)
try:
    client.completions.create(model="absent", prompt=PROMPT)
    refused = None
except openai.NotFoundError as error:
    refused = error.code
try:
    openai.OpenAI(base_url=f"{sys.argv[1]}/v1", api_key="ls-wrong", max_retries=0).models.list()
    unknown = None
except openai.AuthenticationError as error:
    unknown = error.code
print(
    json.dumps(
        {
            "models": [model.id for model in client.models.list()],
            "text": whole.choices[0].text,
            "logprobs": whole.choices[0].logprobs.token_logprobs,
            "streamed": "".join(piece.choices[0].text for piece in pieces if piece.choices),
            "usage": pieces[-1].usage.completion_tokens,
            "chat": chat.choices[0].message.content,
            "top": len(chat.choices[0].logprobs.content[0].top_logprobs),
            "chat_streamed": "".join(piece.choices[0].delta.content or "" for piece in said),
            "refused": refused,
            "unknown": unknown,
        }
    )
)
