import { Component, type ReactNode } from "react";
import { Failure } from "./State";

/** Keeps a failure of one part from taking the page along. A new `of` gives the part another try. */
export class Boundary extends Component<{ of: string; children: ReactNode }, { problem?: unknown; of: string }> {
  override state: { problem?: unknown; of: string } = { of: this.props.of };

  static getDerivedStateFromError(problem: unknown) {
    return { problem };
  }

  static getDerivedStateFromProps(props: { of: string }, state: { of: string }) {
    return props.of === state.of ? null : { of: props.of, problem: undefined };
  }

  override render() {
    if (this.state.problem === undefined) return this.props.children;
    return <Failure problem={this.state.problem} retry={() => this.setState({ problem: undefined })} />;
  }
}
