using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

public sealed class MetadataReaderTests
{
    public static TheoryData<string> Samples => new() { SampleMetadata.SeedShort, SampleMetadata.SeedLong, SampleMetadata.Orders, SampleMetadata.Hostile };

    /// <summary>Members of the destination, and what is wrong with them.</summary>
    [Theory]
    [InlineData(""" "disposition": "scd2" """, "\"id\": \"string\"", "tells rows apart by their primary key, and none is declared")]
    [InlineData(""" "valid_from": "since" """, "\"id\": \"string\"", "Only the disposition 'scd2'")]
    [InlineData(""" "disposition": "scd2", "valid_to": "Valid_From" """, "\"id\": {\"type\": \"string\", \"primary_key\": true}", "are the same column")]
    [InlineData(""" "disposition": "scd2" """, "\"id\": {\"type\": \"string\", \"primary_key\": true}, \"VALID_TO\": \"date\"",
        "'valid_to' is a field of the schema")]
    public void What_is_wrong_with_versions_of_rows_is_said(string members, string fields, string expected)
    {
        var problems = MetadataReader.Check($$"""{"source": "x.csv", "destination": {"table": "t", {{members}} }, "schema": { {{fields}} } }""");
        Assert.Contains(expected, Assert.Single(problems).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("drop", "drop")]
    [InlineData("quarantine", "quarantine")]
    [InlineData("warn", "quarantine warn")]
    public void A_declared_rule_about_a_repeated_key_says_what_becomes_of_it(string severity, string severities)
    {
        const string Fields = "\"schema\": {\"id\": {\"type\": \"string\", \"primary_key\": true}}";
        var spec = MetadataReader.Read($$"""
            {"source": "x.csv", {{Fields}}, "validations": [{"rule": "no_duplicates", "field": "id", "severity": "{{severity}}"}] }
            """, "m.json");
        Assert.Equal(severities, string.Join(' ', spec.Rules.Where(r => r.IsUnique).Select(r => RuleSeverities.NameOf(r.Severity))));
    }

    [Fact]
    public void Versions_of_rows_are_a_part_of_what_a_pipeline_is()
    {
        const string Fields = "\"schema\": {\"id\": {\"type\": \"string\", \"primary_key\": true}}";
        const string Destination = "\"destination\": {\"table\": \"t\", \"disposition\": \"scd2\", \"valid_to\": \"ended\"}";
        var spec = MetadataReader.Read($$"""{"source": "x.csv", {{Destination}}, {{Fields}} }""", "m.json");
        Assert.Equal(new VersionColumns("valid_from", "ended"), spec.Destination.Versions);
        Assert.Equal(spec.Hash, MetadataReader.Read(spec.ToCanonicalJson(), "again.json").Hash);
        // The key of one source is still looked at.
        Assert.Contains(spec.Rules, r => r.IsUnique);
    }

    [Fact]
    public void The_short_form_is_read_and_its_assumptions_are_told()
    {
        var spec = MetadataReader.Read(SampleMetadata.SeedShort, "users.json");
        Assert.Equal("users", spec.Destination.Table);
        Assert.Equal("UsersPipeline", spec.Name);
        Assert.Equal(["id", "email", "age"], spec.Fields.Select(f => f.Name));
        Assert.Equal(["id"], spec.PrimaryKey.Select(f => f.Name));
        Assert.Equal(["id must not be null", "id must be unique", "email must be a valid email", "age must be greater than 0 and less than 120"],
            spec.Rules.Select(r => r.Text));
        Assert.Equal(["trim email", "normalize email in email"], spec.Operations.Select(o => o.Text));
        Assert.Equal(3, spec.Assumptions.Count);
        Assert.Equal(0.95, spec.ValidationThreshold);
    }

    [Fact]
    public void The_long_form_is_read()
    {
        var spec = MetadataReader.Read(SampleMetadata.SeedLong, "users.json");
        Assert.Equal(("ingest-users-2024", "/data/users.csv", "users", "production.db"),
            (spec.TaskId, spec.Source.Location, spec.Destination.Table, spec.Destination.Database));
        Assert.Equal(
        [
            "user_id must not be null", "email must not be null", "email must be at most 255 characters long", "user_id must be unique",
            "email must be a valid email", "age must be between 0 and 120", "email must be unique",
        ], spec.Rules.Select(r => r.Text));
        Assert.Equal(["Invalid email format", "Age must be between 0 and 120", "Email already exists"], spec.Rules.Where(r => !r.FromSchema)
            .Select(r => r.Message));
        Assert.Equal(["trim email", "lowercase email", "remove spaces from email", "convert age to int", "handle nulls in age"],
            spec.Operations.Select(o => o.Text));
        Assert.Equal(["user_id", "email", "age"], spec.Columns.Select(c => c.Name));
        Assert.Equal(["user_id", "email", "age", "created_at"], spec.WithSourceHeader(["user_id", "email", "age", "Created_At"]).Columns.Select(c => c.Name));
        Assert.Empty(spec.Assumptions);
    }

    [Fact]
    public void A_declared_rule_stands_for_the_one_of_the_schema()
    {
        const string Text = """
            {"source": "a.csv", "schema": {"id": {"type": "integer", "primary_key": true}, "name": {"type": "string", "nullable": false}},
             "validations": [{"field": "name", "rule": "required", "error_message": "Who?"}, {"field": "id", "rule": "unique", "error_message": "Again?"}]}
            """;
        var spec = MetadataReader.Read(Text, "a.json");
        Assert.Equal(["id must not be null", "Who?", "Again?"], spec.Rules.Select(r => r.Message));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Canonical_text_reads_back_as_the_same_pipeline(string text)
    {
        var spec = MetadataReader.Read(text, "a.json");
        var again = MetadataReader.Read(spec.ToCanonicalJson(), "canonical.json");
        Assert.Equal(spec.ToCanonicalJson(), again.ToCanonicalJson());
        Assert.Equal(spec.Hash, again.Hash);
        Assert.Equal(spec.Rules.Select(r => (r.Text, r.Message, r.Severity)), again.Rules.Select(r => (r.Text, r.Message, r.Severity)));
    }

    [Fact]
    public void White_space_and_wording_do_not_change_the_hash_and_meaning_does()
    {
        var spec = MetadataReader.Read(SampleMetadata.SeedShort, "a.json");
        var compact = SampleMetadata.SeedShort.Replace("\n", "", StringComparison.Ordinal)
            .Replace("age > 0 and age < 120", "0 < age < 120", StringComparison.Ordinal);
        Assert.Equal(spec.Hash, MetadataReader.Read(compact, "b.json").Hash);
        Assert.NotEqual(spec.Hash, MetadataReader.Read(SampleMetadata.SeedShort.Replace("120", "121", StringComparison.Ordinal), "c.json").Hash);
    }

    [Fact]
    public void Relative_locations_are_looked_for_beside_the_metadata_first()
    {
        var spec = MetadataReader.Read(SampleMetadata.SeedShort, "a.json");
        var folder = Directory.CreateTempSubdirectory("dbvc");
        try
        {
            var metadata = folder.CreateSubdirectory("metadata").FullName;
            var working = folder.CreateSubdirectory("working").FullName;
            Assert.Equal(Path.Combine(working, "users.csv"), spec.ResolveLocation(metadata, working));
            File.WriteAllText(Path.Combine(metadata, "users.csv"), "");
            Assert.Equal(Path.Combine(metadata, "users.csv"), spec.ResolveLocation(metadata, working));
            Assert.Equal("/data/users.csv", MetadataReader.Read(SampleMetadata.SeedLong, "a.json").ResolveLocation(metadata, working));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
