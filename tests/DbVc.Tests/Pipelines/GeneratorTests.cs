using System.Runtime.CompilerServices;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

public sealed class GeneratorTests
{
    private static readonly GeneratorOptions s_options = new() { RuntimePath = "/opt/db-vc/DbVc.PipelineRuntime.dll" };

    public static TheoryData<string> Samples => [.. SampleMetadata.Files];

    [Fact]
    public void There_are_twenty_seven_kinds_of_metadata() => Assert.Equal(27, SampleMetadata.Files.Count);

    /// <summary>Approved text lies in Snapshots; after a wanted change run with DBVC_APPROVE=1 and review the difference.</summary>
    [Theory]
    [MemberData(nameof(Samples))]
    public void Generated_files_are_as_approved(string file)
    {
        var spec = Read(file);
        var text = string.Concat(CSharpGenerator.Generate(spec, s_options).Select(f => $"===== {f.Path}\n{f.Text}"));
        var approved = Path.Combine(SnapshotFolder(), $"pipeline-{Path.GetFileNameWithoutExtension(file)}.txt");
        if (Environment.GetEnvironmentVariable("DBVC_APPROVE") == "1") File.WriteAllText(approved, text);
        Assert.True(File.Exists(approved), $"{approved} is missing");
        Assert.Equal(File.ReadAllText(approved), text);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void The_same_metadata_gives_the_same_bytes(string file)
    {
        var before = CSharpGenerator.Generate(Read(file), s_options);
        Assert.Equal(before, CSharpGenerator.Generate(Read(file), s_options));
        Assert.Equal(before.Count, before.Select(f => f.Path).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Every_rule_that_the_code_judges_has_a_property_test(string file)
    {
        var spec = Read(file);
        var names = new PipelineNames(spec);
        var tests = CSharpGenerator.GenerateTests(spec).Single(f => f.Path == "tests/ValidatorsTests.cs").Text;
        foreach (var rule in spec.CheckedRules.Where(r => !r.IsUnique || r.Fields.Count <= 10))
        {
            Assert.Matches(
                $@"{names.Of(rule)}_(refuses_exactly_what_breaks_it|judges_each_row_by_itself|is_seen_again_only_for_equal_values)\(\)", tests);
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Every_generated_file_is_plain_text_with_line_feeds(string file)
    {
        foreach (var generated in CSharpGenerator.Generate(Read(file), s_options))
        {
            Assert.DoesNotContain('\r', generated.Text);
            Assert.DoesNotContain('\t', generated.Text);
            Assert.DoesNotContain('\u2028', generated.Text);
            Assert.DoesNotContain('\u202E', generated.Text);
            Assert.EndsWith("\n", generated.Text, StringComparison.Ordinal);
            Assert.DoesNotContain(generated.Text.Split('\n'), l => l.EndsWith(' '));
        }
    }

    [Fact]
    public void A_known_header_decides_which_columns_are_filled()
    {
        var spec = MetadataReader.Read(SampleMetadata.SeedLong, "users.json");
        Assert.Contains("reader.RefuseColumn(\"created_at\")", CSharpGenerator.GenerateIngestion(spec).Text, StringComparison.Ordinal);
        var known = CSharpGenerator.GenerateIngestion(spec.WithSourceHeader(["user_id", "email", "age", "created_at"])).Text;
        Assert.DoesNotContain("RefuseColumn", known, StringComparison.Ordinal);
        Assert.Contains("row.CreatedAt ??= _started;", known, StringComparison.Ordinal);
    }

    private static PipelineSpec Read(string file) => MetadataReader.Read(SampleMetadata.Read(file), file);

    private static string SnapshotFolder([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "..", "Snapshots");
}
