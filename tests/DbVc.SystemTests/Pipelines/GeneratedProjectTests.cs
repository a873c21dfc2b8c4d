using System.Diagnostics;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>Generated projects are built and tested with the SDK, as a user would in an IDE.</summary>
public sealed class GeneratedProjectTests
{
    private const string SeedLong = """
        {
          "task_id": "ingest-users-2024",
          "source": {"type": "csv", "location": "/data/users.csv", "encoding": "utf-8"},
          "destination": {"table": "users", "database": "production.db"},
          "schema": {
            "user_id": {"type": "integer", "primary_key": true, "nullable": false},
            "email": {"type": "string", "max_length": 255, "nullable": false},
            "age": {"type": "integer", "nullable": true},
            "created_at": {"type": "timestamp", "default": "current_timestamp"}
          },
          "validations": [
            {"field": "email", "rule": "must_be_valid_email", "error_message": "Invalid email format"},
            {"field": "age", "rule": "range", "min": 0, "max": 120, "error_message": "Age must be between 0 and 120"},
            {"rule": "no_duplicates", "fields": ["email"], "error_message": "Email already exists"}
          ],
          "preprocessing": [
            {"field": "email", "operations": ["trim", "lowercase", "remove_spaces"]},
            {"field": "age", "operations": ["convert_to_int", "handle_nulls"]}
          ],
          "test_data": {"sample_size": 100, "validation_threshold": 0.95}
        }
        """;

    /// <summary>Hostile names, every type, rules over several fields, another encoding and delimiter.</summary>
    private const string Hostile = """
        {
          "source": {"type": "csv", "location": "evil*/ }.csv", "delimiter": ";", "encoding": "windows-1252", "null_tokens": ["", "\\N\"\u2028x"]},
          "destination": {"table": "class\"; DROP TABLE users; --"},
          "schema": {
            "class": {"type": "integer", "primary_key": true},
            "a b": {"type": "string", "default": "\"; throw null; //\u2028\n{x}"},
            "x\"; System.IO.File.Delete(\"y\"); //": {"type": "decimal", "default": -1.50},
            "A_b": "date",
            "äöü": "timestamp",
            "</summary><x>": "boolean",
            "ToString": "float",
            "1st": "string",
            "select": {"type": "timestamp", "default": "current_timestamp"},
            "must": {"type": "integer", "default": 7},
            "Equals": {"type": "date", "default": "2020-02-29"},
            "row": {"type": "string", "nullable": false, "max_length": 70}
          },
          "validations": [
            {"field": "a b", "rule": "one_of", "values": ["\"; evil(); //", "b\\", "c\n", "\u202Ex"], "error_message": "\"; */ evil \u2028 {0} </summary>"},
            {"field": "1st", "rule": "matches", "pattern": "[A-Z]{2}\\d+(a|b)?"},
            {"field": "x\"; System.IO.File.Delete(\"y\"); //", "rule": "range", "min": -9.99, "max": 99999},
            "`äöü` must be on or after A_b",
            "`must` must be positive if `</summary><x>` is true",
            "ToString > 0.5 or `class` >= 9223372036854775807 or Equals < 2030-01-01",
            "`class` * `must` - 3 <= 1000000",
            "ToString + `class` = 3.5",
            {"fields": ["a b", "1st"], "rule": "no_duplicates"},
            "no_duplicates",
            "row should contain 'x\"y'"
          ],
          "preprocessing": ["trim whitespace", "uppercase row", "empty to null in `1st`", {"field": "class", "operations": ["convert_to_int", "handle_nulls"]}]
        }
        """;

    private const string Documents = """
        {
          "source": {"location": "orders.json", "records": "data.orders", "explode": "lines", "encoding": "utf-16", "null_tokens": ["n/a"]},
          "schema": {
            "order": {"type": "integer", "path": "id", "nullable": false},
            "sku": {"type": "string", "path": "lines['the sku']", "max_length": 40},
            "amount": {"type": "decimal", "path": "lines.prices[1]"},
            "paid": "boolean",
            "loaded": {"type": "timestamp", "default": "current_timestamp"}
          },
          "validations": ["amount >= 0", {"fields": ["order", "sku"], "rule": "no_duplicates"}, "drop rows where sku = 'gift'"],
          "preprocessing": ["trim whitespace in sku"]
        }
        """;

    private const string Dialect = """
        {
          "source": {"location": "prices.txt", "delimiter": ";", "quote": "'", "escape": "\\", "comment": "#", "skip_rows": 2, "footer": "Total",
            "trailing_delimiter": true, "decimal": ",", "encoding": "windows-1250"},
          "schema": {"id": "integer", "name": "string", "price": "decimal", "loaded": {"type": "timestamp", "default": "current_timestamp"}},
          "validations": ["price > 0", "name must not be empty"]
        }
        """;

    public static TheoryData<string, string> Samples => new()
    {
        { "seed", SeedLong },
        { "hostile", Hostile },
        { "filters", VocabularyMetadata.Filters },
        { "vocabulary", VocabularyMetadata.Everything() },
        { "documents", Documents },
        { "dialect", Dialect },
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_generated_project_builds_without_warnings_and_passes_its_tests(string name, string metadata)
    {
        var folder = Directory.CreateTempSubdirectory("dbvc-generated-");
        try
        {
            var spec = MetadataReader.Read(metadata, name);
            var options = new GeneratorOptions { RuntimePath = typeof(CsvReader).Assembly.Location };
            foreach (var file in CSharpGenerator.Generate(spec, options))
            {
                var path = Path.Combine(folder.FullName, file.Path);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, file.Text);
            }

            var tests = Path.Combine(folder.FullName, "tests");
            var (buildCode, build) = Run(tests, "build", "-warnaserror", "-nologo", "-nodeReuse:false");
            Assert.True(buildCode == 0, build);
            Assert.Contains("0 Warning(s)", build, StringComparison.Ordinal);
            var (testCode, output) = Run(tests, "test", "--no-build");
            Assert.True(testCode == 0, output);
            Assert.Contains("failed: 0", output, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static (int Code, string Output) Run(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }
}
