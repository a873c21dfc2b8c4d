import { ArrowLeftRight } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import { useSearchParams } from "wouter";
import { useDocument } from "../api/client";
import { Loading, Trouble } from "../parts/basics";
import { DiffView } from "../parts/DiffView";
import { text } from "../text";
import { HistoryFrame } from "./History";

const t = text.compare;

/** Names that a revision can be: branches and tags. */
export function RevisionNames({ id }: { id: string }) {
    const branches = useDocument("/api/v1/branch/list", {});
    const tags = useDocument("/api/v1/tag", {});
    return (
        <datalist id={id}>
            {branches.data?.branches.map((branch) => (
                <option key={`b ${branch.name}`} value={branch.name} />
            ))}
            {tags.data?.tags.map((tag) => (
                <option key={`t ${tag.name}`} value={tag.name} />
            ))}
        </datalist>
    );
}

/** The difference of any two revisions. */
export function Compare() {
    const [params, setParams] = useSearchParams();
    const a = params.get("a") ?? "";
    const b = params.get("b") ?? "";
    const [before, setBefore] = useState(a || "main~1");
    const [after, setAfter] = useState(b || "main");
    useEffect(() => {
        if (a) setBefore(a);
        if (b) setAfter(b);
    }, [a, b]);
    const diff = useDocument("/api/v1/diff", { a: a || "main~1", b: b || "main", limit: 200 }, { keep: true });

    const show = (one: string, other: string) => setParams({ a: one.trim(), b: other.trim() });
    function submit(event: FormEvent) {
        event.preventDefault();
        show(before, after);
    }

    return (
        <HistoryFrame>
            <div className="page-plain">
                <form className="compare-form" onSubmit={submit}>
                    <RevisionNames id="revisions" />
                    <label>
                        {t.before}
                        <input
                            className="field mono"
                            list="revisions"
                            required
                            value={before}
                            onChange={(event) => setBefore(event.target.value)}
                        />
                    </label>
                    <button type="button" className="button" aria-label={t.swap} title={t.swap} onClick={() => show(after, before)}>
                        <ArrowLeftRight size={14} aria-hidden />
                    </button>
                    <label>
                        {t.after}
                        <input
                            className="field mono"
                            list="revisions"
                            required
                            value={after}
                            onChange={(event) => setAfter(event.target.value)}
                        />
                    </label>
                    <button type="submit" className="button" data-main>
                        {t.submit}
                    </button>
                </form>
                {diff.error ? <Trouble error={diff.error} /> : diff.data ? <DiffView key={`${a} ${b}`} diff={diff.data} /> : <Loading />}
            </div>
        </HistoryFrame>
    );
}
