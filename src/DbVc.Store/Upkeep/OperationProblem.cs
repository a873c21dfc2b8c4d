using DbVc.Model;

namespace DbVc.Store;

/// <summary>The problems that an operation log can have, in the words in which everybody who reads it says them.</summary>
public static class OperationProblem
{
    /// <summary>An entry was edited, removed, inserted or put in another place.</summary>
    public const string Damaged = "store.operation-damaged";

    /// <summary>The end is not where it was last seen.</summary>
    public const string CutOff = "store.operation-cut-off";

    /// <summary>What says where the end is, is missing or cannot be read.</summary>
    public const string HeadMissing = "store.operation-head";

    /// <summary>A ref is not where the log left it.</summary>
    public const string Ref = "store.ref-damaged";

    internal const string Edited = "It was edited: its content does not match its hash.";

    internal static StoreProblem Of(string kind, long number, string message) => new(kind, Place(number), message);

    /// <summary>For whoever cannot go on without the entry.</summary>
    internal static DbVcException Fail(long number, string message) => new(FailureKind.Failed, Damaged, message, Place(number),
        "db-vc audit verify names everything that is wrong with the log; the live database is not affected.");

    /// <summary>What is wrong between an entry and the next one that is there; null where nothing is.</summary>
    /// <param name="earlier">Its number; 0 before the first.</param>
    /// <param name="earlierHash">Its hash.</param>
    /// <param name="number">The number of the next.</param>
    /// <param name="previous">What the next says its predecessor's hash is; null where it cannot be read.</param>
    internal static string? FindBreak(long earlier, Hash earlierHash, long number, Hash? previous)
    {
        if (number != earlier + 1) return $"Before it, {Entries(earlier + 1, number - 1)} missing.";
        if (previous is null || previous == earlierHash) return null;
        return number == 1
            ? "The log did not begin with it: what was before it is missing."
            : $"It does not follow entry {earlier}: an entry was edited, removed, inserted or put in another place.";
    }

    /// <summary>What is wrong with the end of a log that holds none of the entries that were its newest; null for a log that never had any.</summary>
    internal static StoreProblem? DescribeEnd(OperationAnchor anchor, IReadOnlyList<OperationHead> seen, long last) => seen switch
    {
        [.., var newest] when newest.Number > last => Of(CutOff, newest.Number, $"The end of the log was cut off: {Entries(last + 1, newest.Number)} missing."),
        [.., var newest] => Of(CutOff, newest.Number,
            "It is not the entry that was written: the end of the log was cut off or exchanged, and others were written since."),
        _ when last == 0 => null,
        _ => Of(HeadMissing, last, $"The file {OperationAnchor.FileName} {(anchor.Exists ? "cannot be read" : "is missing")}: "
            + "whether entries behind this one were cut off cannot be told. The next command that moves something writes it anew."),
    };

    private static string Place(long number) => $"{StoreDatabase.FileName}, operation {number}";

    private static string Entries(long first, long last) => first == last ? $"entry {first} is" : $"entries {first} to {last} are";
}
