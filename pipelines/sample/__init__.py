"""The sample: an inbox as the boards would fill it, real where figures are published.

`write_sample` is the way in. STORY.md tells what happens in it, figures/ATTRIBUTION.md where the
real figures come from, `MISTAKES` which files are not as agreed. Reading and checking such files
is the pipeline's business, not the sample's.
"""

from pipelines.sample.mistakes import MISTAKES, Mistake
from pipelines.sample.write import SampleSummary, write_sample

__all__ = ["MISTAKES", "Mistake", "SampleSummary", "write_sample"]
