"""`python -m crossbook.services.trials`: books under random faults, one seed after the other."""

import asyncio
import logging
import sys
from collections.abc import Iterable
from typing import Final

import click
import uvloop

from crossbook.services.trials.trial import Outcome, Setting, run

_AGAIN: Final = "make sim SEED={seed}"


@click.command()
@click.option("--seeds", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--first", type=int, default=1, show_default=True, help="The first of the seeds.")
@click.option("--jobs", type=click.IntRange(1, 16), default=4, help="Seeds at the same time.")
@click.option("--seed", type=int, help="Only this one, with what is logged.")
def main(*, seeds: int, first: int, jobs: int, seed: int | None) -> None:
    """Let random things go wrong between venues and a feed, and look at every book meanwhile."""
    level = logging.ERROR if seed is None else logging.INFO
    logging.basicConfig(level=level, format="%(asctime)s %(message)s")
    logging.getLogger("aiohttp").setLevel(logging.ERROR)
    tried = range(first, first + seeds) if seed is None else range(seed, seed + 1)
    outcomes = uvloop.run(_all(tried, jobs))
    _summarise(outcomes)
    sys.exit(0 if all(outcome.is_good for outcome in outcomes) else 1)


async def _all(seeds: Iterable[int], jobs: int) -> list[Outcome]:
    """Try seeds, some at a time: they wait for most of theirs."""
    gate = asyncio.Semaphore(jobs)

    async def one(seed: int) -> Outcome:
        async with gate:
            try:
                outcome = await run(Setting.of(seed))
            except TimeoutError as error:
                # It could not be ended: a fault of this seed, and the others go on.
                problem = f"not ended in time: {error!r}"
                outcome = Outcome(setting=Setting.of(seed), problems=[problem])
        _print(outcome)
        return outcome

    return list(await asyncio.gather(*map(one, seeds)))


def _print(outcome: Outcome) -> None:
    setting = outcome.setting
    heal = "never" if outcome.heal_s is None else f"{outcome.heal_s:.2f} s"
    click.echo(
        f"seed {setting.seed:>5}  x{setting.redundancy}  {outcome.checks:>6} checks"
        f"  {outcome.lost:>5} not live  {len(outcome.wrong):>3} wrong  healed in {heal:>7}"
        f"  {','.join(setting.venues)}: {' '.join(outcome.kinds)}"
    )
    if outcome.is_good:
        return
    for wrong in outcome.wrong:
        click.echo(f"    WRONG {wrong.instrument}: {wrong.why}")
    for problem in outcome.problems:
        click.echo(f"    FAILED {problem}")
    for fault in outcome.plan.faults:
        click.echo(f"    {fault}")
    click.echo(f"    again: {_AGAIN.format(seed=setting.seed)}")


def _summarise(outcomes: list[Outcome]) -> None:
    healed = [(each.heal_s, each.setting.seed) for each in outcomes if each.heal_s is not None]
    longest_s, seed = max(healed, default=(0.0, 0))
    failed = [each.setting.seed for each in outcomes if not each.is_good]
    for kind, seconds in _by_last_kind(outcomes):
        click.echo(f"  ended last: {kind:<15} {len(seconds):>4} times, longest {seconds[-1]:.2f} s")
    click.echo(
        f"{len(outcomes)} seeds: {sum(each.checks for each in outcomes)} checks of live books,"
        f" {sum(each.lost for each in outcomes)} of books that said they were not,"
        f" {sum(len(each.wrong) for each in outcomes)} wrong;"
        f" longest recovery {longest_s:.2f} s (seed {seed})"
    )
    if failed:
        click.echo(f"FAILED seeds: {' '.join(map(str, failed))}; {_AGAIN.format(seed=failed[0])}")


def _by_last_kind(outcomes: Iterable[Outcome]) -> list[tuple[str, list[float]]]:
    found: dict[str, list[float]] = {}
    for outcome in outcomes:
        if outcome.heal_s is not None:
            found.setdefault(outcome.kinds[-1], []).append(outcome.heal_s)
    return sorted((kind, sorted(seconds)) for kind, seconds in found.items())


if __name__ == "__main__":
    main()
