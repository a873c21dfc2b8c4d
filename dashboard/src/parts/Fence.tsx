import { Component, type ReactNode } from "react";
import { text } from "../text";

/** A page that fails says so, and leaves the others alone. */
export class Fence extends Component<{ at: string; children: ReactNode }, { at: string; isBroken: boolean }> {
    override state = { at: this.props.at, isBroken: false };

    static getDerivedStateFromError() {
        return { isBroken: true };
    }

    static getDerivedStateFromProps(props: { at: string }, state: { at: string }) {
        return props.at === state.at ? null : { at: props.at, isBroken: false };
    }

    override render() {
        if (!this.state.isBroken) return this.props.children;
        return (
            <div className="problem" role="alert">
                <div>
                    <p>{text.problem.page}</p>
                    <button type="button" className="button" onClick={() => window.location.reload()}>
                        {text.problem.retry}
                    </button>
                </div>
            </div>
        );
    }
}
