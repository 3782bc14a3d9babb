"""lm-eval's local-completions over a task made here; its requests' log-likelihoods are printed as it got them."""

import json
import os
import sys

import lm_eval
from lm_eval.models.openai_completions import LocalCompletionsAPI

url, key, folder, task = sys.argv[1:]
os.environ["OPENAI_API_KEY"] = key
model = LocalCompletionsAPI(
    base_url=f"{url}/v1/completions", model="stories", tokenizer_backend="huggingface", tokenizer=folder, batch_size=4, num_concurrent=1
)
config = {
    "task": "capitals",
    "dataset_path": "json",
    "dataset_kwargs": {"data_files": {"test": task}},
    "test_split": "test",
    "output_type": "multiple_choice",
    "doc_to_text": "{{question}}",
    "doc_to_choice": "{{choices}}",
    "doc_to_target": "{{answer}}",
    "target_delimiter": "",
    "metric_list": [{"metric": "acc"}],
}
results = lm_eval.simple_evaluate(model=model, tasks=[config], log_samples=True, bootstrap_iters=0)
samples = results["samples"]["capitals"]
print(
    json.dumps(
        {
            "acc": results["results"]["capitals"]["acc,none"],
            "loglikelihoods": [[float(one[0][0]) for one in sample["resps"]] for sample in samples],
        }
    )
)
