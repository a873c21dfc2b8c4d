using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using DbVc.Model;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

public sealed class OperationVocabularyTests
{
    public static TheoryData<string> Names => [.. OperationVocabulary.All.Select(o => o.Name)];

    [Fact]
    public void No_name_means_two_operations()
    {
        var names = OperationVocabulary.All.SelectMany(o => o.Aliases.Prepend(o.Name)).ToList();
        Assert.Equal(names.Count, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_example_comes_out_as_it_says(string name)
    {
        var definition = OperationVocabulary.Find(name)!;
        foreach (var example in definition.Examples)
        {
            Assert.Equal((example.Before, example.Arguments.Count, example.After), (example.Before, Count(definition, example), Apply(definition, example)));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_examples_show_a_change_a_cell_that_stays_and_null(string name)
    {
        var examples = OperationVocabulary.Find(name)!.Examples;
        Assert.Contains(examples, e => e.Before != e.After);
        Assert.Contains(examples, e => e.Before is null);
        Assert.True(name is "redact" or "hash" or "tokenize" || examples.Any(e => e.Before == e.After && e.Before is not null),
            "no example of a cell that stays as it is");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Operations_are_total_and_what_is_called_idempotent_is(string name)
    {
        var definition = OperationVocabulary.Find(name)!;
        var seed = Environment.TickCount;
        var random = new Random(seed);
        string[] alphabet = ["a", "B", " ", "\t", "\u00A0", "é", "İ", "😀", "@", ".", ",", "0", "7", "-", "\u2028", "ß",
            "/", "<b>", "&amp;", "$", "%", "(", ")", "Ã", "©"];
        var arguments = definition.Examples.Select(e => e.Arguments).ToList();
        for (var i = 0; i < 1000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(9)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            var given = arguments[random.Next(arguments.Count)];
            var once = Apply(definition, new OperationExample(text, null, given));
            var twice = Apply(definition, new OperationExample(once, null, given));
            Assert.True(!definition.IsIdempotent || once == twice, $"seed {seed}: '{text}' gives '{once}' and then '{twice}' by {string.Join(", ", given)}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Bytes_that_are_no_text_harm_nothing(string name)
    {
        var definition = OperationVocabulary.Find(name)!;
        byte[] bytes = [(byte)' ', 0xFF, (byte)'A', 0xC3];
        foreach (var example in definition.Examples) definition.Apply(new Text(bytes), new OperationArguments(example.Arguments), new Scratch());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_an_operation_is_called_is_understood_as_that_operation(string name)
    {
        var definition = OperationVocabulary.Find(name)!;
        foreach (var arguments in Distinct(definition.Examples.Select(e => e.Arguments)))
        {
            var operation = Build(definition, arguments);
            var read = Assert.Single(OperationParser.Parse(operation.Text, Fields));
            Assert.Equal((operation.Text, operation.Name), (read.Text, read.Name));
            Assert.Equal(operation.Arguments.Written, read.Arguments.Written);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_way_to_say_an_operation_is_understood_as_that_operation(string name)
    {
        var definition = OperationVocabulary.Find(name)!;
        var arguments = definition.Examples.Select(e => e.Arguments).First(a => a.Count == 0 || a.All(t => t.Length > 0));
        foreach (var phrase in definition.Phrases)
        {
            var field = FieldFor(definition, phrase.Only);
            foreach (var sentence in Sentences(phrase.Parts, definition, arguments, field).Distinct())
            {
                var read = OperationParser.Parse(sentence, Fields);
                Assert.All(read, o => Assert.Equal((sentence, definition.Name), (sentence, o.Name)));
                if (phrase.Scope == PhraseScope.Named) Assert.Equal((sentence, field.Name), (sentence, Assert.Single(read).Field.Name));
            }
        }
    }

    [Theory]
    [InlineData("convert start_date from DD/MM/YYYY", "convert start_date from 'DD/MM/YYYY'")]
    [InlineData("convert dates from DD/MM/YYYY",
        "convert start_date from 'DD/MM/YYYY' / convert end_date from 'DD/MM/YYYY' / convert seen_at from 'DD/MM/YYYY' / "
        + "convert `created at` from 'DD/MM/YYYY'")]
    [InlineData("replace N/A with null in name", "treat 'N/A' as null in name")]
    [InlineData("remove currency symbols from price", "remove currency in price")]
    [InlineData("replace /[0-9]+/ with '#' in name", "replace /[0-9]+/ with '#' in name")]
    [InlineData("pad status to 5 digits", "pad status left to 5")]
    [InlineData("pad status left to 5 characters with 'x'", "pad status left to 5 with 'x'")]
    [InlineData("map 'm' to 'male', 'f' to 'female' in status", "map 'm' to 'male', 'f' to 'female' in status")]
    [InlineData("round price to 2 decimals", "round price to 2 digits")]
    [InlineData("round quantity to the nearest integer", "convert quantity to int")]
    [InlineData("clip rate to 0 and 1.5", "clip rate to 0 and 1.5")]
    [InlineData("convert active to boolean where 'ja' is true and 'nein' is false", "convert active to bool where 'ja' is true and 'nein' is false")]
    [InlineData("keep only the last 4 digits of name", "take last 4 characters of name")]
    [InlineData("mask name except the last 2 digits", "mask name except last 2")]
    [InlineData("tokenize name with the salt 'pepper'", "tokenize name with salt 'pepper'")]
    [InlineData("set the timezone of seen_at to '+02:00'", "convert seen_at to utc from '+02:00'")]
    [InlineData("normalize unicode in name as NFKC", "normalize unicode in name to NFKC")]
    [InlineData("normalize phone in name with region 'DE'", "normalize phone in name with region 'DE'")]
    [InlineData("strip accents from name", "remove diacritics in name")]
    public void Steps_are_reduced_to_one_wording(string step, string expected) =>
        Assert.Equal(expected, string.Join(" / ", OperationParser.Parse(step, Fields).Select(o => o.Text)));

    [Theory]
    [InlineData("convert start_date from DD/MM/YYYY, MM/DD/YYYY", "read the same text as different days")]
    [InlineData("convert start_date from 'DD/MM/YYYY HH:mm'", "is a date")]
    [InlineData("convert start_date from 'DD/MM'", "no place for a year")]
    [InlineData("convert start_date from 'nonsense'", "no form of dates")]
    [InlineData("pad name left to 5 with 'ab'", "one character")]
    [InlineData("pad name left to 1.5", "whole number")]
    [InlineData("clip rate to 5 and 1", "lies above")]
    [InlineData("map 'a' to 'b', 'a' to 'c' in status", "mapped twice")]
    [InlineData("replace /(/ with 'x' in name", "no regular expression")]
    [InlineData("round price to 40 digits", "from 0 to 28")]
    [InlineData("round name", "round needs a number")]
    [InlineData("convert start_date from epoch", "must be a timestamp")]
    [InlineData("convert active to boolean where 'x' is true and 'X' is false", "both true and false")]
    [InlineData("take 3 characters from 0 of name", "1 or more")]
    [InlineData("normalize phone in name with region 'XX'", "no region")]
    [InlineData("normalize phone in name with region 'AQ'", "no region")]
    [InlineData("convert seen_at to utc from 'Europe/Berlin'", "names of time zones are not known")]
    [InlineData("convert seen_at to utc from '+15:00'", "no offset")]
    public void Arguments_that_make_no_sense_are_refused(string step, string expected) =>
        Assert.Contains(expected, Assert.Throws<RuleException>(() => OperationParser.Parse(step, Fields)).Message, StringComparison.Ordinal);

    /// <summary>docs/operations.md is written by this test with DBVC_APPROVE=1, so that it says what the vocabulary says.</summary>
    [Fact]
    public void The_documentation_lists_every_operation_as_it_is()
    {
        var text = new StringBuilder("""
            # Operations of preprocessing

            Made from the vocabulary in the code (`src/DbVc.Pipelines/Operations`); X stands for one or more fields. A step is written as English
            (`"preprocessing": ["trim name"]`) or as `{"field": "name", "operations": ["trim", {"operation": "pad_left", "length": 5, "fill": "0"}]}`. Every
            operation leaves NULL as it is unless it says otherwise, changes nothing it does not understand, and does the same on every machine.

            | operation | parameters | in English | what it does | for example |
            |---|---|---|---|---|

            """);
        foreach (var operation in OperationVocabulary.All)
        {
            var example = operation.Examples.First(e => e.Before != e.After);
            var english = operation.Phrases.Select(p => $"`{p.Shown}`").Distinct();
            var parameters = string.Join(", ", operation.Parameters.Select(Describe));
            text.Append(CultureInfo.InvariantCulture, $"| `{operation.Name}` | {parameters} | {string.Join("<br>", english)} ");
            text.Append(CultureInfo.InvariantCulture, $"| {Cell(operation.Summary)} | {Show(example.Before)} becomes {Show(example.After)}{With(example)} |\n");
        }

        var path = Path.Combine(SourceTree.Root, "docs", "operations.md");
        if (Environment.GetEnvironmentVariable("DBVC_APPROVE") == "1") File.WriteAllText(path, text.ToString());
        Assert.Equal(File.ReadAllText(path), text.ToString());
    }

    private static string Describe(OperationParameter parameter)
    {
        var choices = parameter.Choices.Count > 0 ? $" ({string.Join(", ", parameter.Choices)})" : "";
        return $"`{parameter.Name}`{choices}{(parameter.Default is null ? "" : $", else `{parameter.Default}`")}";
    }

    private static string With(OperationExample example) => example.Arguments.Count == 0 ? "" :
        $" with {string.Join(", ", example.Arguments.Select(a => Show(a)))}";

    private static string Show(string? text) => text is null ? "NULL" :
        text.Length == 0 ? "the empty text" : $"`{Cell(Regex.Replace(text, @"[\p{C}\u00A0\u2003]", "·"))}`";

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal);

    private static IReadOnlyList<PipelineField> Fields { get; } = MetadataReader.Read(SampleMetadata.WithStep("trim name"), "test.json").Fields;

    private static int Count(OperationDefinition definition, OperationExample example) =>
        definition.Parameters.Count > 0 && definition.Parameters[^1].TakesRest ? example.Arguments.Count : definition.Parameters.Count;

    private static string? Apply(OperationDefinition definition, OperationExample example) =>
        definition.Apply(Text.From(example.Before), new OperationArguments(example.Arguments), new Scratch()).ToStringOrNull();

    private static FieldOperation Build(OperationDefinition definition, IReadOnlyList<string> arguments) =>
        OperationBuilder.Build(Fields.First(f => f.Name != "id" && CanBuild(definition, f, arguments)), definition, arguments);

    private static bool CanBuild(OperationDefinition definition, PipelineField field, IReadOnlyList<string> arguments) =>
        definition.Takes(field.Type) && definition.Refuse?.Invoke(field, arguments) is null;

    private static PipelineField FieldFor(OperationDefinition definition, FieldType? only)
    {
        var arguments = definition.Examples.Select(e => e.Arguments).First(a => a.Count == 0 || a.All(t => t.Length > 0));
        return Fields.First(f => f.Name != "id" && (only is null || f.Type == only) && CanBuild(definition, f, arguments));
    }

    private static IEnumerable<IReadOnlyList<string>> Distinct(IEnumerable<IReadOnlyList<string>> arguments) =>
        arguments.DistinctBy(a => string.Join("\u0001", a));

    /// <summary>Each alternative of the template said at least once, not every combination of them.</summary>
    private static IEnumerable<string> Sentences(
        IReadOnlyList<PhrasePart> parts, OperationDefinition definition, IReadOnlyList<string> arguments, PipelineField field)
    {
        var choices = parts.Select(p => Ways(p, definition, arguments, field).ToList()).ToList();
        var most = choices.Max(c => c.Count);
        return Enumerable.Range(0, most).Select(i => string.Join(' ', choices.Select(c => c[Math.Min(i, c.Count - 1)]).Where(w => w.Length > 0)));
    }

    private static IEnumerable<string> Ways(PhrasePart part, OperationDefinition definition, IReadOnlyList<string> arguments,
        PipelineField field) => part switch
        {
            WordsPart words => [words.Text],
            SlotPart { Name: "fields" } => [field.Name],
            SlotPart slot => [Argument(definition, slot.Name, arguments)],
            ChoicePart choice => choice.Alternatives.SelectMany(a => Sentences(a, definition, arguments, field))
                .Concat(choice.IsOptional ? [""] : Array.Empty<string>()),
            _ => [],
        };

    private static string Argument(OperationDefinition definition, string name, IReadOnlyList<string> arguments)
    {
        var index = definition.Parameters.Select(p => p.Name).ToList().IndexOf(name);
        return definition.Parameters[index].Kind switch
        {
            ParameterKind.Count or ParameterKind.Number or ParameterKind.Choice => arguments[index],
            ParameterKind.Pattern => $"/{arguments[index]}/",
            ParameterKind.Pairs => string.Join(", ", arguments.Skip(index).Chunk(2)
                .Select(p => string.Create(CultureInfo.InvariantCulture, $"'{p[0]}' to '{p[1]}'"))),
            ParameterKind.Texts or ParameterKind.Formats => string.Join(" and ", arguments.Skip(index).Select(a => $"'{a}'")),
            _ => $"\"{arguments[index]}\"",
        };
    }
}
