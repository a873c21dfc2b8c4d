import { useDocument } from "../api/client";
import { Loading, Trouble } from "../parts/basics";
import { text } from "../text";
import { BranchCard } from "./BranchCard";

/** Every branch but main, the newest first. */
export function Branches() {
    const branches = useDocument("/api/v1/branch/list", {});
    const tasks = useDocument("/api/v1/agent/list", {});
    const shown = branches.data?.branches
        .filter((branch) => branch.name !== "main")
        .sort((a, b) => (b.created ?? "").localeCompare(a.created ?? "") || a.name.localeCompare(b.name));
    return (
        <>
            <div className="head">
                <h1>{text.nav.branches}</h1>
            </div>
            <h2 className="hidden">{text.branch.all}</h2>
            {branches.error && <Trouble error={branches.error} />}
            {branches.isPending && <Loading />}
            {shown?.length === 0 && <p className="faint">{text.overview.noBranches}</p>}
            <ul className="cards">
                {shown?.map((branch) => (
                    <BranchCard key={branch.name} branch={branch} task={tasks.data?.tasks.find((task) => task.task === branch.task)} />
                ))}
            </ul>
        </>
    );
}
