using System.Globalization;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>What a slot may hold.</summary>
internal enum SlotKind
{
    /// <summary>A branch that is there.</summary>
    Branch,

    /// <summary>A branch that is to be made.</summary>
    NewBranch,

    /// <summary>A commit, by any name that it has.</summary>
    Revision,

    Table,

    /// <summary>A column of the table that was named before it.</summary>
    Column,

    /// <summary>The values of a row's key.</summary>
    Key,

    /// <summary>A file that chat may read.</summary>
    File,

    /// <summary>A branch on which an agent works or worked.</summary>
    Task,

    Pipeline,

    /// <summary>A number above 0.</summary>
    Number,

    /// <summary>Words as they were written.</summary>
    Text,
}

/// <summary>A place in a sentence that stands for something.</summary>
/// <param name="Name">As patterns and models call it.</param>
/// <param name="Kind">What it may be.</param>
/// <param name="Says">What it is, for help and models.</param>
internal sealed record ChatSlot(string Name, SlotKind Kind, string Says)
{
    /// <summary>A model may leave it out.</summary>
    public bool IsOptional { get; init; }

    public ChatSlot OrNone() => this with { IsOptional = true };
}

/// <summary>What the slots of a sentence stand for, as the repository calls it.</summary>
internal sealed class ChatArguments(IReadOnlyDictionary<string, string> values)
{
    public static ChatArguments None { get; } = new(new Dictionary<string, string>());

    public static ChatArguments Of(string slot, string value) => new(new Dictionary<string, string> { [slot] = value });

    public IReadOnlyDictionary<string, string> Values { get; } = values;

    public string Get(string slot) => Values[slot];

    public string? Find(string slot) => Values.GetValueOrDefault(slot);

    public BranchName Branch(string slot) => BranchName.Parse(Get(slot));

    public BranchName? FindBranch(string slot) => Find(slot) is { } text ? BranchName.Parse(text) : null;

    public int Number(string slot, int otherwise) => Find(slot) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
