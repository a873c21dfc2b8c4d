using System.Text;
using DbVc.Agents;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

public sealed class KeptEditsTests
{
    private const string Path = "generated/Validators.cs";

    /// <summary>What was generated, the file now, what is generated now, and what comes of it by each choice; <c>!</c> is a refusal, <c>-</c> none.</summary>
    public static TheoryData<string?, string?, string?, string, string, string> Cases => new()
    {
        // Nobody edited it
        { "a b c", "a b c", "a x c", "a x c", "a x c", "a x c" },
        { null, null, "a b c", "a b c", "a b c", "a b c" },
        { "a b c", null, "a x c", "a x c", "a x c", "a x c" },

        // Edits apart, and the same edit
        { "a b c d e", "x b c d e", "a b c d y", "x b c d y", "x b c d y", "x b c d y" },
        { "a b c", "a x c", "a x c", "a x c", "a x c", "a x c" },
        { "a b c", "a x c", "a b c", "a x c", "a x c", "a x c" },

        // Contradictions
        { "a b c d e", "a x c d E", "a y c d e", "!generated/Validators.cs (line 2 as edited, line 2 as generated)", "a x c d E", "a y c d E" },
        { null, "a x c", "a y c", "!generated/Validators.cs (what db-vc made of it is not on record)", "a x c", "a y c" },
        { null, "a x c", "a x c", "a x c", "a x c", "a x c" },

        // Generated no more
        { "a b c", "a b c", null, "-", "-", "-" },
        { "a b c", "a x c", null, "!generated/Validators.cs (it was edited, and is generated no more)", "a x c", "-" },
        { "a b c", null, null, "-", "-", "-" },
        { null, "a b c", null, "a b c", "a b c", "a b c" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Edits_of_a_file_meet_the_new_generation(string? original, string? present, string? generated, string refuse, string mine, string taken)
    {
        Assert.Equal(refuse, Outcome(original, present, generated, EditConflicts.Refuse));
        Assert.Equal(mine, Outcome(original, present, generated, EditConflicts.Mine));
        Assert.Equal(taken, Outcome(original, present, generated, EditConflicts.Generated));
    }

    [Fact]
    public void Marks_stand_only_where_they_were_asked_for() => Assert.Equal(
        "a <<<<<<<·edited x ======= y >>>>>>>·generated c", Outcome("a b c", "a x c", "a y c", EditConflicts.Mark));

    [Fact]
    public void A_file_that_is_no_text_is_never_merged()
    {
        var files = new Dictionary<string, byte[]> { [Path] = [0xFF, 0xFE, 0], [$"{Checkout.OriginalFolder}/{Path}"] = Bytes("a b")! };
        var edits = new KeptEdits(files, [new BranchFile(BranchPath.Parse(Path), "a\nc\n")], EditConflicts.Mark);
        Assert.Contains("no text", Assert.Throws<DbVcException>(edits.Require).Message, StringComparison.Ordinal);
    }

    private static string Outcome(string? original, string? present, string? generated, EditConflicts choice)
    {
        var files = new Dictionary<string, byte[]>();
        if (Bytes(present) is { } now) files[Path] = now;
        if (Bytes(original) is { } then) files[$"{Checkout.OriginalFolder}/{Path}"] = then;
        var made = generated is null ? null : new BranchFile(BranchPath.Parse(Path), Encoding.UTF8.GetString(Bytes(generated)!));
        var edits = new KeptEdits(files, made is null ? [] : [made], choice);
        try
        {
            edits.Require();
        }
        catch (DbVcException failure)
        {
            Assert.Equal((FailureKind.Conflict, "generate.conflict"), (failure.Kind, failure.Code));
            return "!" + failure.Message.Split(": ", 2)[1].Replace(". Nothing was written.", "", StringComparison.Ordinal);
        }

        if (made is null) return edits.Gone.Count > 0 || present is null ? "-" : present;
        var merged = edits.Of(made);
        Assert.Equal(made.Text, merged.Original ?? merged.Text);
        Assert.Equal(merged.Text == made.Text ? [] : [merged.Path], edits.Edited);
        return merged.Text.TrimEnd('\n').Replace(' ', '·').Replace('\n', ' ');
    }

    private static byte[]? Bytes(string? words) => words is null ? null : Encoding.UTF8.GetBytes(words.Replace(' ', '\n') + "\n");
}
