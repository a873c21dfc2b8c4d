import { useState } from "react";
import { Link } from "wouter";
import { useDocument } from "../api/client";
import { shortId } from "../format";
import { Ago, CommitLink, Loading, Trouble } from "../parts/basics";
import { text } from "../text";
import { HistoryFrame } from "./History";

const t = text.lists;

export function Tags() {
    const tags = useDocument("/api/v1/tag", {});
    return (
        <HistoryFrame>
            <div className="page-plain">
                {tags.error && <Trouble error={tags.error} />}
                {tags.isPending && <Loading />}
                {tags.data?.tags.length === 0 && <p className="faint">{t.noTags}</p>}
                {tags.data && tags.data.tags.length > 0 && (
                    <div className="panel">
                        <table className="record-table">
                            <thead>
                                <tr>
                                    <th scope="col">{t.name}</th>
                                    <th scope="col">{t.commit}</th>
                                    <th scope="col">{t.message}</th>
                                    <th scope="col">{t.time}</th>
                                    <th scope="col">
                                        <span className="hidden">{t.look}</span>
                                    </th>
                                </tr>
                            </thead>
                            <tbody>
                                {tags.data.tags.map((tag) => (
                                    <tr key={tag.name}>
                                        <td>
                                            <span className="ref">{tag.name}</span>
                                        </td>
                                        <td>
                                            <CommitLink id={tag.commit} />
                                        </td>
                                        <td>{tag.message.split("\n")[0]}</td>
                                        <td className="faint">
                                            <Ago time={tag.time} />
                                        </td>
                                        <td>
                                            <Link className="link" href={`/compare?a=${encodeURIComponent(`tags/${tag.name}`)}&b=main`}>
                                                {t.since}
                                            </Link>
                                        </td>
                                    </tr>
                                ))}
                            </tbody>
                        </table>
                    </div>
                )}
            </div>
        </HistoryFrame>
    );
}

const nameOf = (ref: string) => ref.replace(/^(heads|tags)\//, "");

/** What commands did, newest first. */
export function Operations() {
    const [limit, setLimit] = useState(100);
    const log = useDocument("/api/v1/op/log", { limit }, { keep: true });
    return (
        <HistoryFrame>
            <div className="page-plain">
                {log.error && <Trouble error={log.error} />}
                {log.data?.problem && <p className="minus">{log.data.problem}</p>}
                {log.isPending && <Loading />}
                {log.data && (
                    <div className="panel">
                        <table className="record-table">
                            <thead>
                                <tr>
                                    <th scope="col" className="number">
                                        {t.number}
                                    </th>
                                    <th scope="col">{t.command}</th>
                                    <th scope="col">{t.moved}</th>
                                    <th scope="col">{t.actor}</th>
                                    <th scope="col">{t.time}</th>
                                </tr>
                            </thead>
                            <tbody>
                                {log.data.operations.map((operation) => (
                                    <tr key={operation.number}>
                                        <td className="number">{operation.number}</td>
                                        <td className="mono">{operation.command}</td>
                                        <td>
                                            {operation.refs.map((ref) => (
                                                <div key={ref.name}>
                                                    {nameOf(ref.name)}{" "}
                                                    {ref.after ? <CommitLink id={ref.after} /> : <span className="minus">{t.removed}</span>}
                                                    {ref.before && ref.after && (
                                                        <span className="mono faint"> {t.was(shortId(ref.before))}</span>
                                                    )}
                                                </div>
                                            ))}
                                        </td>
                                        <td>{operation.actor}</td>
                                        <td className="faint">
                                            <Ago time={operation.time} />
                                        </td>
                                    </tr>
                                ))}
                            </tbody>
                        </table>
                    </div>
                )}
                {log.data && log.data.operations.length >= limit && (
                    <p className="more">
                        <button type="button" className="button" onClick={() => setLimit(limit * 2)}>
                            {t.more}
                        </button>
                    </p>
                )}
            </div>
        </HistoryFrame>
    );
}
