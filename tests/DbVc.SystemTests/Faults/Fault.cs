namespace DbVc.SystemTests;

/// <summary>Something that is wrong with a pipeline or its data, and the gate that must say so.</summary>
/// <param name="Kind">What sort of wrong; a row of the table in <c>docs/gates.md</c>.</param>
/// <param name="Name">What is wrong, in a few words.</param>
/// <param name="Gate">Which gate must refuse it.</param>
/// <param name="Seed">Puts it into a branch that was good.</param>
public sealed record Fault(string Kind, string Name, string Gate, Action<SeededBranch> Seed)
{
    /// <summary>In place of a gate: the run does not begin, and it is said why.</summary>
    public const string Start = "before the gates";

    /// <summary>Metadata of its own; null where the branch of the bench is changed.</summary>
    public string? Metadata { get; init; }

    /// <summary>Why no gate sees it; null where one must.</summary>
    public string? Missed { get; init; }

    /// <summary>The same in code whose tests say nothing against it: made by somebody who wants it through.</summary>
    public Fault Hidden(string gate) => this with
    {
        Kind = "hidden: " + Kind,
        Gate = gate,
        Seed = branch =>
        {
            Seed(branch);
            branch.DropTests();
        },
    };

    /// <summary>A fault that nothing sees, which is said in the table.</summary>
    public Fault Unseen(string why) => this with { Missed = why };

    public override string ToString() => $"{Kind}: {Name}";
}
