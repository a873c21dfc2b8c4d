using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>
/// The JSON Schema (draft 2020-12) of metadata files, made from the vocabulary: editors complete and check from it. It describes the form; whether
/// sentences are understood and fields exist is said by <c>metadata validate</c>.
/// </summary>
public static class MetadataSchema
{
    private const string Draft = "https://json-schema.org/draft/2020-12/schema";

    /// <summary>The schema as text.</summary>
    public static string Write()
    {
        var options = new JsonSerializerOptions { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        return Make().ToJsonString(options) + "\n";
    }

    /// <summary>Where a member belongs that somebody wrote elsewhere, for example <c>'validation_threshold' in 'test_data'</c>: among the members of those at
    /// the top; null where there is none of nearly that name.</summary>
    internal static string? FindPlace(string name)
    {
        foreach (var (section, about) in Make()["properties"]!.AsObject())
        {
            var members = (about as JsonObject)?["properties"] as JsonObject
                ?? (about?["anyOf"] as JsonArray)?.Select(a => a?["properties"] as JsonObject).FirstOrDefault(p => p is not null);
            if (members is not null && Suggestion.Nearest(name, members.Select(m => m.Key)) is { } near) return $"'{near}' in '{section}'";
        }

        return null;
    }

    private static JsonObject Make() =>
        new()
        {
            ["$schema"] = Draft,
            ["title"] = "db-vc metadata",
            ["description"] = "A data source, the table that it fills, and the rules and steps between them.",
            ["type"] = "object",
            ["required"] = new JsonArray("source", "schema"),
            ["additionalProperties"] = false,
            ["properties"] = new JsonObject
            {
                ["$schema"] = Text("The address of this schema, for editors."),
                ["task_id"] = Text("A name for the task."),
                ["description"] = Text("For people."),
                ["source"] = AnyOf("Where the records come from.", Text("The location; the type comes from its extension."), Source()),
                ["destination"] = AnyOf("The table that is filled; named after the source when left out.", Text("The table."), Destination()),
                ["schema"] = Fields(),
                ["validations"] = ListOf("What records must satisfy.", AnyOf(null, Text("A sentence, for example \"age must be between 0 and 120\"."), Rule())),
                ["preprocessing"] = ListOf("What is done to cells before they are typed, in this order.",
                    AnyOf(null, Text("A sentence, for example \"trim whitespace\"."), Step(), RowStep())),
                ["test_data"] = TestData(),
            },
        };

    private static JsonObject Source() => Closed(["location"], new JsonObject
    {
        ["type"] = OneOf("From the location's extension when left out.", "csv", "json", "jsonl", "ndjson", "excel", "xlsx", "parquet", "api", "database"),
        ["location"] = Text("A path, from the metadata's folder or the working folder; gzip, zstd, zip and tar are unpacked. "
            + "Of an api: its address; of a database: a SQLite file, postgres://… or mysql://…"),
        ["member"] = Text("The file of an archive that holds several."),
        ["sheet"] = Text("excel: the sheet; the only one that is not hidden when left out."),
        ["encoding"] = Text($"How bytes become text: {string.Join(", ", TextEncodings.Names)}."),
        ["null_tokens"] = ListOf("Texts that mean NULL; the empty cell of CSV when left out.", new JsonObject { ["type"] = "string" }),
        ["delimiter"] = Mark("What separates fields; found out when left out."),
        ["quote"] = Mark("What encloses fields; none when nothing does."),
        ["escape"] = Mark("What takes the meaning from a mark after it, for example a backslash; none when only doubled quotes do."),
        ["comment"] = Mark("Lines that start with it are no records."),
        ["header"] = Truth("Whether the first record names the columns."),
        ["header_rows"] = new JsonObject
        {
            ["type"] = "integer",
            ["minimum"] = 1,
            ["maximum"] = SourceReader.MostHeaderRows,
            ["description"] = "How many records name the columns; 1 when left out. Names are joined from above.",
        },
        ["header_separator"] = Text("Stands between the joined parts of a name; a blank when left out."),
        ["skip_rows"] = Lines("Lines before the header."),
        ["skip"] = Lines("The same as skip_rows."),
        ["footer"] = AnyOf("Lines at the end that are no records, or the text that the first of them starts with.", Lines(null), Text("A text.")),
        ["trailing_delimiter"] = Truth("Whether each record ends with a delimiter."),
        ["decimal"] = OneOf("How fractions are written.", ".", ",", "point", "comma"),
        ["thousands"] = OneOf("What groups digits.", ".", ",", " ", "'", "\u00A0", "point", "comma", "space"),
        ["records"] = Text("JSON and api: the path of the array of records, for example data.items."),
        ["explode"] = Text("JSON: the path of an array in each record whose elements become records."),
        ["method"] = OneOf("api: how it is asked; POST when there is a body.", "GET", "POST"),
        ["table"] = Text("database: the table."),
        ["query"] = AnyOf("database: a reading statement. api: parameters; ${NAME} stands for an environment variable.",
            Text("A SELECT."), ApiMetadataSchema.Pairs("Parameters.")),
        ["incremental"] = ApiMetadataSchema.Incremental(),
        ["headers"] = ApiMetadataSchema.Pairs("api: headers; ${NAME} stands for an environment variable."),
        ["body"] = new JsonObject { ["type"] = new JsonArray("object", "array"), ["description"] = "api: JSON that is sent." },
        ["auth"] = ApiMetadataSchema.Login(),
        ["pagination"] = ApiMetadataSchema.Paging(),
        ["total"] = ApiMetadataSchema.Place("api: where an answer says how many records there are; another number is a failure."),
        ["limits"] = ApiMetadataSchema.Limits(),
        ["reshape"] = ReshapeSchema.Write(),
        ["description"] = Text("For people."),
    });

    private static JsonObject OneOf(string description, params string[] words) =>
        new() { ["enum"] = new JsonArray([.. words.Select(w => (JsonNode)w)]), ["description"] = description };

    private static JsonObject Mark(string description) => new() { ["type"] = "string", ["description"] = description + " One ASCII character, or tab." };

    private static JsonObject Lines(string? description) =>
        Described(description, new JsonObject { ["type"] = "integer", ["minimum"] = 0, ["maximum"] = 10_000 });

    private static JsonObject Destination() => Closed(["table"], new JsonObject
    {
        ["table"] = Text("The table."),
        ["database"] = Text("For people; the repository decides which database it is."),
        ["disposition"] = new JsonObject
        {
            ["enum"] = new JsonArray([.. Dispositions.Names.Select(n => (JsonNode)n)]),
            ["description"] = "What a run does to the rows that are there; append when left out.",
        },
        ["valid_from"] = Text("scd2: the column with the time from which a version is valid; valid_from when left out."),
        ["valid_to"] = Text("scd2: the column with the time at which it ended; valid_to when left out."),
        ["evolution"] = OneOf("What becomes of a field that an existing table has no column for; freeze when left out.", [.. Evolutions.Names]),
        ["foreign_keys"] = ListOf("Foreign keys of several fields.", Closed(["fields", "references"], new JsonObject
        {
            ["fields"] = ListOf("The fields.", new JsonObject { ["type"] = "string" }),
            ["references"] = References(),
            ["on_delete"] = OnDelete(),
            ["description"] = Text("For people."),
        })),
        ["indexes"] = ListOf("Indexes that are made with the table.", AnyOf(null,
            Text("A field."),
            ListOf("Fields.", new JsonObject { ["type"] = "string" }),
            Closed(["fields"], new JsonObject
            {
                ["fields"] = ListOf("The fields.", new JsonObject { ["type"] = "string" }),
                ["unique"] = Truth("Whether two rows may not have equal values in them."),
                ["name"] = Text("Its name; made of the table and the fields when left out."),
                ["description"] = Text("For people."),
            }))),
        ["description"] = Text("For people."),
    });

    private static JsonObject References() => AnyOf("What it refers to.",
        Text("A table, table.column or table(column, …)."),
        Closed(["table"], new JsonObject
        {
            ["table"] = Text("The table."),
            ["column"] = Text("Its column; the primary key when left out."),
            ["columns"] = ListOf("Its columns.", new JsonObject { ["type"] = "string" }),
            ["on_delete"] = OnDelete(),
        }));

    private static JsonObject OnDelete() =>
        OneOf("What happens when the row referred to is deleted; no_action when left out.", "no_action", "restrict", "cascade", "set_null");

    private static JsonObject Fields() => new()
    {
        ["description"] = "The fields: a type each, or an object.",
        ["type"] = "object",
        ["minProperties"] = 1,
        ["additionalProperties"] = AnyOf(null, Type(), Closed(["type"], new JsonObject
        {
            ["type"] = Type(),
            ["primary_key"] = Truth("Part of the primary key."),
            ["nullable"] = Truth("Whether it may be NULL; true when left out, false for a key."),
            ["max_length"] = new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["description"] = "The most characters of a text." },
            ["default"] = new JsonObject
            {
                ["type"] = new JsonArray("string", "number", "boolean", "null"),
                ["description"] = "What stands for NULL; current_timestamp leaves it to the database.",
            },
            ["references"] = References(),
            ["source_column"] = Text("Its name in the source, when it is another."),
            ["path"] = Text("Where a JSON record has it, for example address.city; the same as source_column."),
            ["from"] = Text("The same as source_column."),
            ["description"] = Text("For people."),
        })),
    };

    private static JsonObject Type()
    {
        var names = string.Join("|", FieldTypes.Names.Select(n => n.Replace(" ", "\\s+", StringComparison.Ordinal)));
        return new JsonObject
        {
            ["type"] = "string",
            ["description"] = "string (also varchar(40)), integer, float, decimal (also decimal(10,2)), boolean, date, timestamp.",
            ["anyOf"] = new JsonArray(
                new JsonObject { ["enum"] = new JsonArray([.. FieldTypes.Names.Select(n => (JsonNode)n)]) },
                new JsonObject { ["pattern"] = $"^\\s*({names}|{names.ToUpperInvariant()})\\s*(\\(\\s*[0-9]+\\s*(,\\s*[0-9]+\\s*)?\\))?\\s*$" }),
        };
    }

    private static JsonObject Rule()
    {
        var names = RuleVocabulary.All.SelectMany(r => r.Names).Concat(FormatVocabulary.Names).Select(n => (JsonNode)n);
        var properties = new JsonObject
        {
            ["rule"] = AnyOf("Its name, or a sentence.",
                new JsonObject { ["enum"] = new JsonArray([.. names]) },
                new JsonObject { ["type"] = "string", ["pattern"] = " " }),
            ["field"] = Text("The field that it is about."),
            ["fields"] = ListOf("The fields that it is about.", new JsonObject { ["type"] = "string" }),
            ["severity"] = new JsonObject
            {
                ["enum"] = new JsonArray([.. RuleSeverities.Names.Select(n => (JsonNode)n)]),
                ["description"] = "What becomes of a record that breaks it.",
            },
            ["where"] = Text("A sentence: only rows that satisfy it are judged."),
            ["mostly"] = new JsonObject
            {
                ["type"] = "number",
                ["exclusiveMinimum"] = 0,
                ["maximum"] = 1,
                ["description"] = "The share of rows that must pass.",
            },
            ["error_message"] = Text("What people are told."),
            ["message"] = Text("What people are told."),
            ["description"] = Text("For people."),
        };
        // What one rule calls so is another kind of thing in another rule.
        foreach (var same in RuleVocabulary.All.SelectMany(r => r.Parameters).GroupBy(p => p.Name))
        {
            JsonObject[] kinds = [.. same.Select(p => p.Kind).Distinct().Select(Schema)];
            properties[same.Key] = kinds is [var only] ? only : AnyOf(null, kinds);
        }

        var rule = Closed(["rule"], properties);
        rule["allOf"] = new JsonArray([.. RuleVocabulary.All.Where(r => r.Parameters.Any(p => p.Required)).Select(RequiredOf)]);
        return rule;
    }

    /// <summary>What a rule's name asks for besides.</summary>
    private static JsonNode RequiredOf(RuleDefinition rule) => new JsonObject
    {
        ["if"] = new JsonObject
        {
            ["properties"] = new JsonObject { ["rule"] = new JsonObject { ["enum"] = new JsonArray([.. rule.Names.Select(n => (JsonNode)n)]) } },
            ["required"] = new JsonArray("rule"),
        },
        ["then"] = new JsonObject { ["required"] = new JsonArray([.. rule.Parameters.Where(p => p.Required).Select(p => (JsonNode)p.Name)]) },
    };

    private static JsonObject Schema(RuleParameterKind kind) => kind switch
    {
        RuleParameterKind.Number => new JsonObject { ["type"] = "number" },
        RuleParameterKind.Rows => ListOf(null, ListOf(null, Scalar())),
        RuleParameterKind.Examples => ListOf(null, AnyOf(null, Scalar(), ListOf(null, Scalar()))),
        RuleParameterKind.Texts => ListOf(null, new JsonObject { ["type"] = "string" }),
        RuleParameterKind.Truth => new JsonObject { ["type"] = "boolean" },
        RuleParameterKind.Values => ListOf(null, Scalar()),
        RuleParameterKind.Distribution => Distribution(),
        RuleParameterKind.Measure => OneOf("How far the column is from what is expected of it.", [.. DistributionMeasures.All.Select(m => m.Name)]),
        _ => Scalar(),
    };

    private static JsonObject Distribution()
    {
        var share = new JsonObject { ["type"] = "number", ["exclusiveMinimum"] = 0, ["maximum"] = 1 };
        var shares = new JsonObject
        {
            ["type"] = "object",
            ["minProperties"] = 2,
            ["additionalProperties"] = share,
            ["description"] = "kl, chi_square, psi: values and their shares, which sum to 1.",
        };
        return AnyOf(null, shares, OfNumbers("normal", Numbers("mean", "sd")), OfNumbers("uniform", Numbers("min", "max")),
            OfNumbers("quantiles", ListOf("Evenly spaced, from the least value to the greatest.", new JsonObject { ["type"] = "number" })));

        static JsonObject OfNumbers(string name, JsonNode of) => Described($"ks: {name}.", Closed([name], new JsonObject { [name] = of }));

        static JsonObject Numbers(string first, string second) => Closed([first, second], new JsonObject
        {
            [first] = new JsonObject { ["type"] = "number" },
            [second] = new JsonObject { ["type"] = "number" },
        });
    }

    private static JsonObject Scalar(string? description = null) =>
        Described(description, new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") });

    private static JsonObject Step()
    {
        var names = new JsonObject { ["enum"] = new JsonArray([.. OperationVocabulary.Names.Select(n => (JsonNode)n)]) };
        var operation = new JsonObject
        {
            ["type"] = "object",
            ["required"] = new JsonArray("operation"),
            ["properties"] = new JsonObject { ["operation"] = names.DeepClone() },
        };
        return Closed(["operations"], new JsonObject
        {
            ["field"] = Text("The field that is changed."),
            ["fields"] = ListOf("The fields that are changed.", new JsonObject { ["type"] = "string" }),
            ["operations"] = ListOf("Names of operations, or objects with their parameters.", AnyOf(null, names, operation)),
            ["description"] = Text("For people."),
        });
    }

    private static JsonObject RowStep() => Closed(["operation", "into"], new JsonObject
    {
        ["operation"] = OneOf("The step that makes the cells of fields.", [.. RowStepReader.Names]),
        ["column"] = Text("The column of the source that is read."),
        ["columns"] = ListOf("The columns of the source that are read.", new JsonObject { ["type"] = "string" }),
        ["into"] = AnyOf("The field, or the fields, of the schema.", Text("A field."), ListOf(null, new JsonObject { ["type"] = "string" })),
        ["separator"] = Text("merge_columns, split_column: what stands between parts; a blank when left out."),
        ["rest"] = OneOf("split_column: the part that keeps separators that are too many; without it such a text does not fit.", "first", "last"),
        ["value"] = Scalar("add_constant: the value."),
        ["values"] = new JsonObject { ["type"] = "object", ["description"] = "lookup: what stands for each text.", ["additionalProperties"] = Scalar() },
        ["default"] = Scalar("lookup: what stands for a text that is not listed."),
        ["otherwise"] = OneOf("lookup, split_column: what becomes of a text that is not listed, or has another number of parts; reject when left out.",
            "reject", "null"),
        ["description"] = Text("For people."),
    });

    private static JsonObject TestData() => Closed([], new JsonObject
    {
        ["sample_size"] = new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = 1_000_000, ["description"] = "Records in the stored sample." },
        ["validation_threshold"] = new JsonObject
        {
            ["type"] = "number",
            ["minimum"] = 0,
            ["maximum"] = 1,
            ["description"] = "The share of records that must be accepted.",
        },
    });

    private static JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };

    private static JsonObject Truth(string description) => new() { ["type"] = "boolean", ["description"] = description };

    private static JsonObject ListOf(string? description, JsonNode items) => Described(description, new JsonObject { ["type"] = "array", ["items"] = items });

    private static JsonObject AnyOf(string? description, params JsonNode[] choices) =>
        Described(description, new JsonObject { ["anyOf"] = new JsonArray(choices) });

    private static JsonObject Closed(string[] required, JsonObject properties)
    {
        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        if (required.Length > 0) schema["required"] = new JsonArray([.. required.Select(r => (JsonNode)r)]);
        return schema;
    }

    private static JsonObject Described(string? description, JsonObject schema)
    {
        if (description is not null) schema["description"] = description;
        return schema;
    }
}
