import { Check, CircleDashed, LoaderCircle, X } from "lucide-react";
import { Link, useRoute } from "wouter";
import { useDocument } from "../api/client";
import type { Plan, Review, Step, Task } from "../api/documents";
import { count, percent, seconds, usd } from "../format";
import { nameIn } from "../logic/path";
import { Ago, CommitLink, Counts, Loading, Mark, StateMark, Trouble } from "../parts/basics";
import { DiffView } from "../parts/DiffView";
import { Gates } from "../parts/Gates";
import { text } from "../text";

const t = text.branch;
const rejectedAtFirst = 12;
const reasonsAtMost = 6;

/** Everything that stands between the branch and main, each with its reason. */
function obstacles(review: Review): string[] {
    const { plan, task, gatesAtHead } = review;
    const found: string[] = [];
    if (plan.conflictCount > 0) found.push(t.conflicts(plan.conflictCount));
    for (const violation of plan.violations) found.push(violation.message);
    for (const gate of plan.gates) if (!gate.passed && !gate.notRun) found.push(`${gate.name}: ${gate.summary}`);
    for (const loss of plan.destructive) found.push(loss.message);
    if (task && !gatesAtHead) found.push(t.gatesElsewhere);
    if (task?.error && !task.gates.some((gate) => !gate.passed && !gate.notRun)) found.push(task.error);
    if (found.length === 0 && !review.ready && plan.message) found.push(plan.message);
    return [...new Set(found)];
}

function Verdict({ review }: { review: Review }) {
    const { plan } = review;
    const isDone = plan.status === "up-to-date" || review.branch.status === "merged";
    const kind = isDone ? "none" : review.ready ? "pass" : review.branch.status === "running" ? "run" : "fail";
    const reasons = isDone || review.ready ? [] : obstacles(review);
    return (
        <section className="verdict" data-kind={kind}>
            <h2>{isDone ? t.verdict.merged : review.ready ? t.verdict.ready : kind === "run" ? t.verdict.running : t.verdict.not}</h2>
            {reasons.length > 0 && (
                <ul>
                    {reasons.slice(0, reasonsAtMost).map((reason) => (
                        <li key={reason}>{reason}</li>
                    ))}
                    {reasons.length > reasonsAtMost && <li>{text.gate.more(reasons.length - reasonsAtMost)}</li>}
                </ul>
            )}
            {!isDone && <Effect plan={plan} />}
        </section>
    );
}

/** What main would get. */
function Effect({ plan }: { plan: Plan }) {
    const tables = Object.entries(plan.tables);
    if (tables.length === 0) return null;
    return (
        <p className="effect">
            <span className="faint">{t.wouldChange}</span>
            {tables.map(([name, counts]) => (
                <span key={name}>
                    {name} <Counts {...counts} />
                </span>
            ))}
        </p>
    );
}

const icons = { done: Check, failed: X, running: LoaderCircle };

function Steps({ steps }: { steps: Step[] }) {
    return (
        <ol className="rows steps">
            {steps.map((step, index) => {
                const Icon = icons[step.state as keyof typeof icons] ?? CircleDashed;
                return (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a step may be done twice, and steps are only appended
                    <li key={index} data-state={step.state}>
                        <Icon
                            size={14}
                            strokeWidth={2.5}
                            aria-label={step.state}
                            className={step.state === "running" ? "spin" : undefined}
                        />
                        <span className="mono">{step.name}</span>
                        <span className="faint number">{seconds(step.seconds)}</span>
                        {step.summary && <span className="soft summary">{step.summary}</span>}
                    </li>
                );
            })}
        </ol>
    );
}

function Figures({ task }: { task: Task }) {
    const { rows, tests, lines, cost } = task;
    const figures: [string, string][] = [];
    if (rows) {
        figures.push(
            [t.figures.read, count(rows.read)],
            [t.figures.loaded, count(rows.loaded)],
            [t.figures.rejected, count(rows.rejected)],
        );
        if (rows.replaced > 0) figures.push([t.figures.replaced, count(rows.replaced)]);
        if (rows.filtered > 0) figures.push([t.figures.filtered, count(rows.filtered)]);
        figures.push([t.perSecond, count(rows.perSecond)]);
    }
    if (tests) {
        figures.push([t.tests, `${count(tests.passed)}/${count(tests.total)}`]);
        figures.push(
            [t.figures.lines, percent(tests.lineCoverage)],
            [t.figures.branches, percent(tests.branchCoverage)],
            [t.figures.mutants, percent(tests.mutationScore)],
        );
    }
    if (lines) figures.push([t.figures.generated, count(lines.generated)]);
    figures.push([t.figures.tokens, count(cost.tokens)], [t.figures.spent, cost.usd === null ? "–" : usd(cost.usd)]);
    return (
        <dl className="figures branch-figures">
            {figures.map(([name, value]) => (
                <div key={name}>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                </div>
            ))}
        </dl>
    );
}

function Rejected({ task }: { task: Task }) {
    if (task.firstFailures.length === 0) return null;
    return (
        <section className="panel">
            <header>
                <h2>{t.rejected}</h2>
                {task.rows && <span className="faint">{t.rejectedOf(count(task.rows.rejected), count(task.rows.read))}</span>}
            </header>
            <div className="scrolls">
                <table className="record-table">
                    <thead>
                        <tr>
                            <th scope="col" className="number">
                                {t.line}
                            </th>
                            <th scope="col">{t.field}</th>
                            <th scope="col">{t.value}</th>
                            <th scope="col">{t.reason}</th>
                        </tr>
                    </thead>
                    <tbody>
                        {task.firstFailures.slice(0, rejectedAtFirst).map((failure) => (
                            <tr key={`${failure.record} ${failure.field} ${failure.rule}`}>
                                <td className="number">{failure.line}</td>
                                <td className="mono">{failure.field}</td>
                                <td className="mono">{failure.value}</td>
                                <td>{failure.message}</td>
                            </tr>
                        ))}
                    </tbody>
                </table>
            </div>
        </section>
    );
}

/** How much each declared step changed. */
function Changes({ task }: { task: Task }) {
    const changes = task.changes;
    if (!changes || changes.steps.length === 0) return null;
    return (
        <section className="panel">
            <header>
                <h2>{t.preprocessing}</h2>
                <span className="faint">{changes.whole ? t.ofAll(count(changes.records)) : t.ofFirst(count(changes.records))}</span>
            </header>
            <ul className="rows changed-cells">
                {changes.steps.map((step) => (
                    <li key={step.step}>
                        <span>{step.step}</span>
                        <meter min={0} max={step.of || 1} value={step.changed} aria-label={step.step} />
                        <span className="number faint">
                            {count(step.changed)} / {count(step.of)}
                        </span>
                    </li>
                ))}
            </ul>
        </section>
    );
}

function Work({ task, isAtHead }: { task: Task; isAtHead: boolean }) {
    return (
        <>
            <Figures task={task} />
            <div className="work">
                <div>
                    <section className="panel">
                        <header>
                            <h2>{t.work}</h2>
                            {task.model && <span className="faint">{task.model}</span>}
                            <span className="mono faint end cut">{task.task}</span>
                        </header>
                        <Steps steps={task.steps} />
                    </section>
                    <Changes task={task} />
                </div>
                <div>
                    <section className="panel">
                        <header>
                            <h2>{t.gates}</h2>
                            {!isAtHead && <Mark kind="run">{t.old}</Mark>}
                            {task.evidence && <span className="mono faint end">{task.evidence.slice(0, 10)}</span>}
                        </header>
                        {task.gates.length > 0 ? <Gates gates={task.gates} /> : <p className="quiet">{t.noGates}</p>}
                    </section>
                    <Rejected task={task} />
                </div>
            </div>
        </>
    );
}

/** A branch as a reviewer reads it: the verdict, what was done, what the gates say, and all that it changes. */
export function BranchPage() {
    const [, params] = useRoute("/branches/:name");
    const name = nameIn(params?.name ?? "");
    const review = useDocument("/api/v1/branch/review", { name });
    const data = review.data;
    return (
        <>
            <div className="head">
                <h1>{name}</h1>
                {data && <StateMark state={data.branch.status} />}
                {data && (
                    <p className="soft">
                        <CommitLink id={data.branch.head} />
                        {data.branch.base && (
                            <>
                                {" "}
                                {t.from} <CommitLink id={data.branch.base} />
                            </>
                        )}
                        {data.branch.created && (
                            <>
                                , <Ago time={data.branch.created} />
                            </>
                        )}
                    </p>
                )}
                <p className="end links">
                    <Link className="link" href={`/tables?at=${encodeURIComponent(name)}`}>
                        {text.history.browse}
                    </Link>
                    <Link className="link" href={`/compare?a=main&b=${encodeURIComponent(name)}`}>
                        {t.compare}
                    </Link>
                </p>
            </div>
            {review.error && <Trouble error={review.error} />}
            {review.isPending && <Loading />}
            {data && (
                <div className="branch">
                    <Verdict review={data} />
                    {data.task?.text && <p className="soft">{data.task.text}</p>}
                    {data.task && <Work task={data.task} isAtHead={data.gatesAtHead} />}
                    <DiffView diff={data.diff} />
                </div>
            )}
        </>
    );
}
