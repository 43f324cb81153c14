"""A long backlog by tenths, as figures and as a table."""

from typing import Any


def figures(line: dict[str, Any]) -> dict[str, Any]:
    """What a journal's line of a backlog says, as plain JSON values; those by tenths are lists."""
    tenths = line["tenths"]
    cpu = [sum(tenth["cpu_milliseconds_per_article"].values()) for tenth in tenths]
    return {
        "messages": line["articles"],
        "models": f"{line['model_de']}, {line['quote_model']}",
        "sink": line.get("sink"),
        "seconds": line["seconds"],
        "articles_per_second": 10 / sum(1 / tenth["articles_per_second"] for tenth in tenths),
        "last_tenth_against_first": tenths[-1]["articles_per_second"] / tenths[0]["articles_per_second"],
        "cpu_of_last_tenth_against_first": cpu[-1] / cpu[0],
        "articles_per_second_by_tenth": [tenth["articles_per_second"] for tenth in tenths],
        "cpu_milliseconds_per_article": _by_role(tenths, "cpu_milliseconds_per_article"),
        "largest_own_mb": _by_role(tenths, "largest_own_mb"),
        "quotes_waiting": [tenth["quotes_waiting"] for tenth in tenths],
        "dead_letters": tenths[-1]["dead_letters"],
    } | {name: line[name] for name in ("stored", "behind") if name in line}


def _by_role(tenths: list[dict[str, Any]], figure: str) -> dict[str, list[float]]:
    return {role: [tenth[figure][role] for tenth in tenths] for role in tenths[0][figure]}


def table(backlog: dict[str, Any]) -> list[str]:
    """A backlog's figures as Markdown: a sentence, and a row for each tenth."""
    cpu, memory = backlog["cpu_milliseconds_per_article"], backlog["largest_own_mb"]
    sink = "without a sink" if backlog["sink"] is None else f"with `redefluss sink {backlog['sink']}` beside it"
    lines = [
        f"A backlog of {backlog['messages']:,} short notes ({backlog['models']}), {sink}: "
        f"{backlog['articles_per_second']:.1f} articles a second, {backlog['dead_letters']:,} dead letters. In the "
        f"last tenth an article took {backlog['cpu_of_last_tenth_against_first']:.2f} times the processor time that it "
        "took in the first. Memory is that which no other process shares, of the largest process of its kind.",
    ]
    if "stored" in backlog:
        lines[0] += f" The sink stored {backlog['stored']:,} messages, and had {backlog['behind']:,} left at its end."
    lines += [
        "",
        f"| tenth | articles a second | {' | '.join(f'{role}, ms' for role in cpu)} | all, ms "
        f"| {' | '.join(f'{role}, MB' for role in memory)} | quotes waiting |",
        "|---|" + "---|" * (len(cpu) + len(memory) + 3),
    ]
    for number, per_second in enumerate(backlog["articles_per_second_by_tenth"]):
        took = [found[number] for found in cpu.values()]
        cells = [f"{number + 1}", f"{per_second:.1f}", *(f"{value:.2f}" for value in (*took, sum(took)))]
        cells += [f"{found[number]:.0f}" for found in memory.values()] + [f"{backlog['quotes_waiting'][number]:,}"]
        lines.append(f"| {' | '.join(cells)} |")
    return lines
