import { Link } from "wouter";
import { useDocument } from "../api/client";
import type { Branch, Operation, QueueEntry, Task } from "../api/documents";
import { count, usd } from "../format";
import { Ago, CommitLink, Counts, Loading, Mark, StateMark, Trouble } from "../parts/basics";
import { text } from "../text";
import { BranchCard } from "./BranchCard";

const t = text.overview;
const mostOperations = 12;

function MainLine() {
    const status = useDocument("/api/v1/status", {});
    const log = useDocument("/api/v1/log", { limit: 1 });
    const queue = useDocument("/api/v1/merge/queue/list", {});
    if (status.error) return <Trouble error={status.error} />;
    const head = log.data?.commits[0];
    const changed = Object.keys(status.data?.tables ?? {}).length;
    const branches = status.data?.branches.filter((b) => b.name !== "main") ?? [];
    const figures = {
        open: branches.filter((b) => b.status !== "merged").length,
        ready: branches.filter((b) => b.status === "ready").length,
        queued: queue.data?.queue.filter((e) => e.settled === null).length ?? 0,
    };
    return (
        <section className="main-line">
            <div>
                <h1>
                    main
                    {status.data && (
                        <Mark kind={status.data.clean ? "pass" : "changed"}>{status.data.clean ? t.clean : t.dirty(changed)}</Mark>
                    )}
                </h1>
                {head && (
                    <p className="sub">
                        <CommitLink id={head.id} /> {head.message.split("\n")[0]}{" "}
                        <span className="faint">
                            {t.by} {head.author.name}, <Ago time={head.time} />
                        </span>
                    </p>
                )}
                {changed > 0 && (
                    <ul className="changes sub">
                        {Object.entries(status.data?.tables ?? {}).map(([name, counts]) => (
                            <li key={name}>
                                {name} <Counts {...counts} />
                            </li>
                        ))}
                    </ul>
                )}
                {status.data?.merges.map((merge) => (
                    <p key={merge.merge} className="minus">
                        {t.mergeOpen(merge.source, merge.open)}
                    </p>
                ))}
            </div>
            <dl className="figures">
                {(["open", "ready", "queued"] as const).map((name) => (
                    <div key={name}>
                        <dt>{t.figures[name]}</dt>
                        <dd>{count(figures[name])}</dd>
                    </div>
                ))}
            </dl>
        </section>
    );
}

function Branches() {
    const branches = useDocument("/api/v1/branch/list", {});
    const tasks = useDocument("/api/v1/agent/list", {});
    if (branches.error) return <Trouble error={branches.error} />;
    if (!branches.data) return <Loading />;
    const taskOf = (branch: Branch): Task | undefined => tasks.data?.tasks.find((task) => task.task === branch.task);
    const rank = (branch: Branch) => ["running", "failed", "ready"].indexOf(branch.status) + 1 || 9;
    const others = branches.data.branches.filter((branch) => branch.name !== "main");
    const atWork = others.filter((b) => b.status !== "merged").sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
    const merged = others.filter((b) => b.status === "merged");
    return (
        <section>
            <div className="section-title">
                <h2>{t.branches}</h2>
            </div>
            {atWork.length === 0 && <p className="faint">{t.noBranches}</p>}
            <ul className="cards">
                {atWork.map((branch) => (
                    <BranchCard key={branch.name} branch={branch} task={taskOf(branch)} />
                ))}
            </ul>
            {merged.length > 0 && (
                <>
                    <div className="section-title">
                        <h2>{t.merged}</h2>
                    </div>
                    <ul className="merged-list">
                        {merged.map((branch) => (
                            <li key={branch.name}>
                                <Link href={`/branches/${encodeURIComponent(branch.name)}`}>{branch.name}</Link>
                                <CommitLink id={branch.head} />
                                {branch.created && (
                                    <span className="who end">
                                        <Ago time={branch.created} />
                                    </span>
                                )}
                            </li>
                        ))}
                    </ul>
                </>
            )}
        </section>
    );
}

function QueueRow({ entry }: { entry: QueueEntry }) {
    return (
        <li>
            <div className="row-line">
                <span className="faint">{entry.number}</span>
                <Link href={`/branches/${encodeURIComponent(entry.branch)}`} className="cut">
                    {entry.branch}
                </Link>
                <span className="end">
                    <StateMark state={entry.state} />
                </span>
            </div>
            <p className="who">{entry.reason ?? entry.step ?? t.by2(entry.addedBy)}</p>
        </li>
    );
}

function Queue() {
    const queue = useDocument("/api/v1/merge/queue/list", {});
    return (
        <section className="panel">
            <header>
                <h2>{t.queue}</h2>
            </header>
            {queue.error && <Trouble error={queue.error} />}
            {queue.data?.queue.length === 0 && <p className="quiet">{t.queueEmpty}</p>}
            <ul className="rows activity-list">
                {queue.data?.queue.map((entry) => (
                    <QueueRow key={entry.number} entry={entry} />
                ))}
            </ul>
        </section>
    );
}

/** An agent moves its branch with every step: those in a row are one line. */
export function gather(operations: Operation[]): { operation: Operation; times: number }[] {
    const lines: { operation: Operation; times: number }[] = [];
    for (const operation of operations) {
        const line = lines.at(-1);
        if (line && line.operation.command === operation.command && line.operation.actor === operation.actor) line.times++;
        else lines.push({ operation, times: 1 });
    }
    return lines;
}

function OperationRow({ operation, times }: { operation: Operation; times: number }) {
    return (
        <li>
            <span className="cut">
                <code title={operation.command}>{operation.command}</code>
                {times > 1 && <span className="times"> ×{times}</span>}
            </span>
            <span className="who number">
                {operation.actor}, <Ago time={operation.time} />
            </span>
        </li>
    );
}

function Activity() {
    const log = useDocument("/api/v1/op/log", { limit: 40 });
    return (
        <section className="panel">
            <header>
                <h2>{t.activity}</h2>
                <Link href="/operations" className="link end">
                    {t.activityAll}
                </Link>
            </header>
            {log.error && <Trouble error={log.error} />}
            <ol className="rows activity">
                {gather(log.data?.operations ?? [])
                    .slice(0, mostOperations)
                    .map((line) => (
                        <OperationRow key={line.operation.number} {...line} />
                    ))}
            </ol>
        </section>
    );
}

function Money() {
    const cost = useDocument("/api/v1/cost/report", {});
    const total = cost.data?.total;
    return (
        <section className="panel">
            <header>
                <h2>{t.money}</h2>
            </header>
            {cost.error && <Trouble error={cost.error} />}
            {total && (
                <dl className="figures money">
                    <div>
                        <dt>{t.spent}</dt>
                        <dd>{usd(total.usd)}</dd>
                    </div>
                    <div>
                        <dt>{t.saved}</dt>
                        <dd>{usd(total.savedUsd)}</dd>
                    </div>
                    <div>
                        <dt>{t.reused}</dt>
                        <dd>
                            {count(total.reused)}
                            <span className="faint of"> / {count(total.answers)}</span>
                        </dd>
                    </div>
                </dl>
            )}
        </section>
    );
}

export function Overview() {
    return (
        <>
            <MainLine />
            <div className="overview">
                <Branches />
                <div className="side">
                    <Queue />
                    <Activity />
                    <Money />
                </div>
            </div>
        </>
    );
}
