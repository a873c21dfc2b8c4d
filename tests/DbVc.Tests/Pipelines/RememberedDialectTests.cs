using System.Text;
using DbVc.Model;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

/// <summary>What a supplier wrote before is proposed where the source does not say, is said each time, and decides nothing that the source or a person
/// does.</summary>
public sealed class RememberedDialectTests
{
    private const string As = "as in orders (commit 4f2a91c0de)";

    private static readonly SourceDialect s_known = new()
    {
        Delimiter = ';',
        Encoding = "windows-1252",
        DecimalMark = "comma",
        DateFormats = ["D.M.YYYY"],
        NullTokens = new Dictionary<string, IReadOnlyList<string>> { ["x"] = ["k.A.", "0"], ["other"] = ["leer", "9999"] },
    };

    /// <summary>Values of the column <c>x</c>; type; steps but for tokens that only may come; question with its assumption in brackets.</summary>
    public static TheoryData<string, string, string, string> Columns => new()
    {
        // What is open.
        { "01/02/2024|03/04/2024", "date", "convert x from 'D/M/YYYY'", "[day-first] month-first text" },
        { "1,234|5,678", "decimal", "read x with decimal comma", "decimal-point [decimal-comma] text" },
        { "1.234|5.678", "integer", "read x with decimal comma", "decimal [decimal-comma]" },
        { "DE|leer|FR", "string", "treat 'leer' as null in x", "[null] keep" },
        { "5|leer|7", "integer", "treat 'leer' as null in x", "" },
        { "5|0|7", "integer", "treat '0' as null in x", "" },
        // What is not.
        { "01/31/2024|01/02/2024", "date", "convert x from 'M/D/YYYY'", "" },
        { "1,234.50|12.00", "decimal", "read x with decimal point", "" },
        { "5|9999|7", "integer", "", "" },
    };

    [Theory]
    [MemberData(nameof(Columns))]
    public void What_a_column_leaves_open_is_as_it_was(string values, string type, string steps, string question)
    {
        var proposal = Propose("id;x\n" + string.Concat(values.Split('|').Select((v, i) => $"{i};{v}\n")), s_known with { NullTokens = Without(values) });
        var field = Assert.Single(proposal.Fields, f => f.Name == "x");
        Assert.Equal((type, steps), (field.Type, string.Join("; ", field.Steps)));
        var asked = proposal.Questions.SingleOrDefault(q => q.Field == "x");
        Assert.Equal(question, asked is null ? "" : string.Join(' ', asked.Choices.Select(c => c == asked.Assumed ? $"[{c}]" : c)));
        // Whatever came of it is said.
        var said = string.Join("\n", [.. proposal.Recalled, .. field.Evidence, .. proposal.Questions.Select(q => q.Text)]);
        var isPlain = Propose("id;x\n" + string.Concat(values.Split('|').Select((v, i) => $"{i};{v}\n")), null).Json == proposal.Json;
        Assert.Equal(!isPlain, said.Contains(As, StringComparison.Ordinal));
    }

    [Fact]
    public void Words_for_NULL_that_may_come_again_are_added_to_the_field_of_that_name_alone_and_said()
    {
        var proposal = Propose("id;x;y\n1;5;a\n2;7;b\n", s_known);
        Assert.Equal(["treat 'k.A.', '0' as null in x"], Assert.Single(proposal.Fields, f => f.Name == "x").Steps);
        Assert.Empty(Assert.Single(proposal.Fields, f => f.Name == "y").Steps);
        Assert.Contains($"x: 'k.A.' and '0' stands for NULL, {As}.", proposal.Recalled);
        Assert.Contains($"x: 'k.A.' and '0' stands for NULL, {As}.", proposal.Findings);
    }

    [Theory]
    [InlineData("id;city\n1;Bonn\n", "SOURCE: nothing in it tells encodings apart; windows-1252 is as in orders (commit 4f2a91c0de).", "windows-1252")]
    [InlineData("id;city\n1;Köln\n", "", null)]
    public void An_encoding_is_remembered_where_no_letter_tells(string text, string said, string? encoding)
    {
        var proposal = Propose(text, s_known with { NullTokens = new Dictionary<string, IReadOnlyList<string>>() });
        Assert.Equal(said, string.Join(' ', proposal.Recalled));
        Assert.Equal(encoding ?? "utf-8", MetadataReader.Read(proposal.Json, "x.json").Source.Csv.Encoding);
    }

    [Fact]
    public void An_encoding_that_is_no_utf8_is_assumed_as_before_and_asked_all_the_same()
    {
        var bytes = Encoding.Latin1.GetBytes("id;city\n1;Köln\n2;Düsseldorf\n3;Münster\n");
        var question = Assert.Single(Propose(bytes, s_known, []).Questions, q => q.Field == "SOURCE");
        Assert.Equal("windows-1252", question.Assumed);
        Assert.EndsWith($"windows-1252 is {As}.", question.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_delimiter_is_remembered_where_two_would_do()
    {
        var text = "a,b;c\n1,2;3\n4,5;6\n";
        var proposal = Propose(text, new SourceDialect { Delimiter = ';' });
        Assert.Equal($"SOURCE: another delimiter would do as well; ';' is {As}.", Assert.Single(proposal.Recalled));
        Assert.Equal(';', MetadataReader.Read(proposal.Json, "x.json").Source.Csv.Delimiter);
        Assert.Empty(Propose("a,b\n1,2\n", new SourceDialect { Delimiter = ';' }).Recalled);
    }

    [Fact]
    public void What_a_person_decides_goes_before_what_is_remembered()
    {
        var proposal = Propose(Encoding.UTF8.GetBytes("id;x\n1;01/02/2024\n2;03/04/2024\n"), s_known with { NullTokens = Without("") },
            [("x", "month-first")]);
        Assert.Equal(["convert x from 'M/D/YYYY'"], Assert.Single(proposal.Fields, f => f.Name == "x").Steps);
    }

    /// <summary>The tokens that stand in the values, or are no field's here; those that only may come are another test's.</summary>
    private static Dictionary<string, IReadOnlyList<string>> Without(string values) => new()
    {
        ["x"] = [.. s_known.NullTokens["x"].Intersect(values.Split('|'))],
        ["other"] = s_known.NullTokens["other"],
    };

    private static MetadataProposal Propose(string text, SourceDialect? dialect) => Propose(Encoding.UTF8.GetBytes(text), dialect, []);

    private static MetadataProposal Propose(byte[] source, SourceDialect? dialect, (string Field, string Choice)[] decisions)
    {
        var request = new InferenceRequest("things.csv", null, decisions.ToDictionary(d => d.Field, d => d.Choice))
        {
            Remembered = dialect is null ? null : new RememberedDialect(dialect, As),
        };
        return MetadataInference.Propose(request, new SourceSpec("csv", request.Location, CsvOptions.Default), () => new MemoryStream(source),
            CancellationToken.None);
    }
}
