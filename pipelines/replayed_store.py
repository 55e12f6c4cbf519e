"""The store's pipeline of a crawl that is played again from its sealed answers."""

from archive.ingest.presence import Missing
from archive.model.observations import Observation, Problem
from archive.replay.replay import Replay
from pipelines.store import StorePipeline


class ReplayedStore(StorePipeline):
    """In the place of StorePipeline: hands what the spider reads to the spider's `replay`, in this process."""

    _replay: Replay

    def open_spider(self) -> None:
        """Take part in the crawl, which has begun."""
        self._replay = self._crawler.spidercls.replay
        self.mode, self.crawl_id = self._replay.mode, self._replay.crawl_id

    async def process_item(self, observation: Observation) -> Observation:
        """Take `observation`."""
        self._replay.take(observation)
        return observation

    def add_problem(self, problem: Problem) -> None:
        """Take a problem that no item of the spider's tells of."""
        self._replay.take(problem)

    def failed(self, request: object, error: Exception) -> None:
        """Pass over a request that gets no answer, as it got none before."""

    def missing(self) -> list[Missing]:
        """The records whose pages must be requested."""
        return self._replay.missing()

    def to_walk_again(self) -> set[str]:
        """The catalogues to be walked a second time."""
        return self._replay.to_walk_again()

    async def close_spider(self) -> None:
        """Leave all to the replay."""

    def spider_closed(self, reason: str) -> None:
        """Leave the end to the replay, whose log has the outcome."""

    def give_up(self, error: Exception) -> None:
        """End the spider, for good."""
        self._replay.error = error
        super().give_up(error)
