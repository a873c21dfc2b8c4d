import { Link } from "wouter";
import { useDocument } from "../api/client";
import type { Branch, Task } from "../api/documents";
import { count } from "../format";
import { Ago, Counts, GateNames, StateMark } from "../parts/basics";
import { text } from "../text";

/** Steps as small bars, so that eight branches can be read at a glance. */
function StepMeter({ task }: { task: Task }) {
    const done = task.steps.filter((step) => step.state === "done").length;
    return (
        <div className="meter" role="img" aria-label={text.branch.steps(done, task.steps.length)}>
            {task.steps.map((step, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a step may be done twice, and steps are only appended
                <span key={index} data-state={step.state} />
            ))}
        </div>
    );
}

function reasonOf(task: Task): string | null {
    if (task.state !== "failed" && task.state !== "stopped") return null;
    const gate = task.gates.find((g) => !g.passed && !g.notRun);
    return gate ? `${gate.name}: ${gate.summary}` : task.error;
}

/** What a branch of a person holds, table by table. */
function Changes({ base, head }: { base: string; head: string }) {
    const diff = useDocument("/api/v1/diff", { a: base, b: head, stat: true }, { fixed: true });
    if (!diff.data) return null;
    const { tables, schema, files } = diff.data;
    if (tables.length + schema.length + files.length === 0) return <p className="soft">{text.branch.unchanged}</p>;
    return (
        <ul className="changes">
            {tables.slice(0, 4).map((table) => (
                <li key={table.name}>
                    <span>{table.name}</span> <Counts {...table} />
                </li>
            ))}
            {tables.length > 4 && <li className="faint">{text.branch.moreTables(tables.length - 4)}</li>}
            {schema.length > 0 && <li className="faint">{text.branch.definitions(schema.length)}</li>}
            {files.length > 0 && <li className="faint">{text.branch.files(files.length)}</li>}
        </ul>
    );
}

export function BranchCard({ branch, task }: { branch: Branch; task: Task | undefined }) {
    const step = task?.steps.at(-1);
    const reason = task && reasonOf(task);
    return (
        <li className="card">
            <header>
                <h3 className="cut">
                    <Link href={`/branches/${encodeURIComponent(branch.name)}`}>{branch.name}</Link>
                </h3>
                <StateMark state={branch.status} />
            </header>
            <p className="meta">
                <span>{task ? (task.pipeline ?? task.model) : text.branch.person}</span>
                {task?.model && <span>· {task.model}</span>}
                {branch.created && (
                    <span>
                        · <Ago time={branch.created} />
                    </span>
                )}
            </p>
            {task && (
                <>
                    <StepMeter task={task} />
                    {step && (
                        <p className="step soft">
                            <span className="cut">{reason ?? step.summary ?? step.name}</span>
                            <span className="mono faint">{step.name}</span>
                        </p>
                    )}
                    {task.rows && (
                        <p className="numbers">
                            <span>
                                <b>{count(task.rows.loaded)}</b> {text.branch.rowsLoaded}
                            </span>
                            {task.rows.rejected > 0 && (
                                <span>
                                    <b>{count(task.rows.rejected)}</b> {text.branch.rowsRejected}
                                </span>
                            )}
                            <span>
                                <b>{count(task.rows.perSecond)}</b> {text.branch.perSecond}
                            </span>
                            {task.tests && (
                                <span>
                                    <b>
                                        {count(task.tests.passed)}/{count(task.tests.total)}
                                    </b>{" "}
                                    {text.branch.tests}
                                </span>
                            )}
                        </p>
                    )}
                    {task.gates.length > 0 && <GateNames gates={task.gates} />}
                </>
            )}
            {!task && branch.base && <Changes base={branch.base} head={branch.head} />}
        </li>
    );
}
