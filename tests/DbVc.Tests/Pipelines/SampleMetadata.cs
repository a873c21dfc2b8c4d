using System.Text.Json;
using DbVc.Pipelines;

namespace DbVc.Tests;

/// <summary>Metadata for tests.</summary>
internal static class SampleMetadata
{
    /// <summary>The short form of the product's first document.</summary>
    public const string SeedShort = """
        {
           "source": "users.csv",
           "schema": {
             "id": "integer",
             "email": "string",
             "age": "integer"
           },
           "validations": [
             "email must be valid",
             "age > 0 and age < 120"
           ],
           "preprocessing": [
             "trim whitespace",
             "normalize email"
           ]
        }
        """;

    /// <summary>The long form of the product's first document.</summary>
    public const string SeedLong = """
        {
          "task_id": "ingest-users-2024",
          "source": {
            "type": "csv",
            "location": "/data/users.csv",
            "encoding": "utf-8"
          },
          "destination": {
            "table": "users",
            "database": "production.db"
          },
          "schema": {
            "user_id": {
              "type": "integer",
              "primary_key": true,
              "nullable": false
            },
            "email": {
              "type": "string",
              "max_length": 255,
              "nullable": false
            },
            "age": {
              "type": "integer",
              "nullable": true
            },
            "created_at": {
              "type": "timestamp",
              "default": "current_timestamp"
            }
          },
          "validations": [
            {
              "field": "email",
              "rule": "must_be_valid_email",
              "error_message": "Invalid email format"
            },
            {
              "field": "age",
              "rule": "range",
              "min": 0,
              "max": 120,
              "error_message": "Age must be between 0 and 120"
            },
            {
              "rule": "no_duplicates",
              "fields": ["email"],
              "error_message": "Email already exists"
            }
          ],
          "preprocessing": [
            {
              "field": "email",
              "operations": ["trim", "lowercase", "remove_spaces"]
            },
            {
              "field": "age",
              "operations": ["convert_to_int", "handle_nulls"]
            }
          ],
          "test_data": {
            "sample_size": 100,
            "validation_threshold": 0.95
          }
        }
        """;

    /// <summary>Every type, many rules and operations.</summary>
    public const string Orders = """
        {
          "source": {"type": "csv", "location": "orders.csv", "delimiter": ";", "encoding": "windows-1252", "null_tokens": ["", "NULL"]},
          "destination": {"table": "orders"},
          "schema": {
            "order_id": {"type": "integer", "primary_key": true},
            "customer": {"type": "varchar(40)", "nullable": false, "source_column": "Customer Name"},
            "status": {"type": "string", "default": "new"},
            "quantity": {"type": "integer", "default": 1},
            "unit_price": {"type": "decimal(10,2)"},
            "total": "decimal",
            "weight": "float",
            "express": {"type": "boolean", "default": false},
            "ordered_on": "date",
            "shipped_at": "timestamp",
            "code": "string",
            "loaded_at": {"type": "timestamp", "default": "current_timestamp"}
          },
          "validations": [
            "customer is required",
            {"field": "status", "rule": "one_of", "values": ["new", "paid", "shipped"], "error_message": "Unknown status"},
            "quantity between 1 and 1000",
            "total must equal quantity * unit_price",
            "weight should be less than 31.5",
            "shipped_at on or after ordered_on",
            "code must match /[A-Z]{2}-[0-9]{3,}/",
            "shipped_at is required if status = 'shipped'",
            {"rule": "no_duplicates", "fields": ["customer", "code"]}
          ],
          "preprocessing": [
            "trim whitespace",
            "collapse whitespace in customer",
            "lowercase status",
            "uppercase code",
            {"field": "quantity", "operations": ["convert_to_int", {"operation": "handle_nulls", "default": 1}]},
            "replace ',' with '.' in weight"
          ],
          "test_data": {"sample_size": 50, "validation_threshold": 0.9}
        }
        """;

    /// <summary>Names and texts that try to leave their place in generated code.</summary>
    public const string Hostile = """
        {
          "task_id": "x\"; System.IO.File.Delete(\"/etc/passwd\"); //",
          "source": {"type": "csv", "location": "evil*/ }.csv", "delimiter": ";", "null_tokens": ["", "\\N\"\u2028x"]},
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
            "日本": {"type": "string", "nullable": false, "max_length": 70},
            "row": "string",
            "Class_Row": "string"
          },
          "validations": [
            {"field": "a b", "rule": "one_of", "values": ["\"; evil(); //", "b\\", "c\n", "\u202Ex"], "error_message": "\"; */ evil \u2028 {0} </summary>"},
            {"field": "1st", "rule": "matches", "pattern": "[A-Z]{2}\\d+(a|b)?"},
            {"field": "x\"; System.IO.File.Delete(\"y\"); //", "rule": "range", "min": -9.99, "max": 99999},
            "`äöü` must be on or after A_b",
            "`must` must be positive if `</summary><x>` is true",
            "ToString > 0.5 or `class` >= 9223372036854775807 or Equals < 2030-01-01",
            "`class` * `must` - 3 <= 1000000",
            {"fields": ["a b", "1st"], "rule": "no_duplicates"},
            "no_duplicates",
            "`日本` must start with '\"日'",
            "row should contain 'x\"y'",
            "Class_Row must not be between 2 and 3 characters long"
          ],
          "preprocessing": [
            "trim whitespace",
            {"field": "a b", "operations": [
              {"operation": "replace", "search": "\"); //", "replacement": "\\"}, {"operation": "null_tokens", "tokens": ["\"x", "y"]}]},
            "uppercase row",
            "empty to null in `1st`"
          ]
        }
        """;

    /// <summary>Rows that are left out, shares, premises, and conditions on groups of fields.</summary>
    public const string Filters = """
        {
          "source": "orders.csv",
          "destination": {"table": "orders"},
          "schema": {
            "id": {"type": "integer", "primary_key": true}, "email": "string", "status": "string", "country": "string",
            "price": "decimal", "quantity": "integer", "total": "decimal", "phone": "string",
            "mobile": "string", "code": "string", "active": "boolean", "note": "string", "reference": "string"
          },
          "validations": [
            "drop rows where status = 'test'",
            "keep only rows where active is true or quantity > 10",
            {"field": "country", "rule": "one_of", "values": ["DE", "Österreich"], "ignore_case": true},
            "price must have at most 2 decimals",
            "quantity must be a multiple of 3",
            "quantity must not be a multiple of 9",
            "price must be in steps of 0.05",
            "exactly one of phone, mobile must be given",
            "email and code must both be given or both be empty",
            "code must be like 'A_%'",
            {"field": "note", "rule": "max_length", "max": 40, "severity": "warn", "where": "status = 'new'"},
            {"field": "email", "rule": "must_be_valid_email", "mostly": 0.9},
            {"field": "total", "rule": "expression", "expression": "total = quantity * price", "severity": "fail", "where": "status != 'draft'"},
            {"field": "reference", "rule": "no_duplicates", "severity": "drop"},
            "email should be unique",
            "phone and code must be different"
          ],
          "preprocessing": ["trim whitespace"]
        }
        """;

    /// <summary>The fields that rules are tried on.</summary>
    public const string Fields = """
        "id": "integer", "email": "string", "age": "integer", "name": "string", "city": "string", "status": "string", "homepage_url": "string",
        "price": "decimal", "total": "decimal", "quantity": "integer", "rate": "float", "active": "boolean",
        "start_date": "date", "end_date": "date", "seen_at": "timestamp", "full name": "string", "created at": "timestamp", "in": "string", "is": "integer"
        """;

    /// <summary>Metadata with one validation on <see cref="Fields"/>.</summary>
    public static string WithRule(string rule) => $$"""{"source": "x.csv", "schema": {{{Fields}}}, "validations": [{{JsonSerializer.Serialize(rule)}}]}""";

    /// <summary>Metadata with one preprocessing step on <see cref="Fields"/>.</summary>
    public static string WithStep(string step) => $$"""{"source": "x.csv", "schema": {{{Fields}}}, "preprocessing": [{{JsonSerializer.Serialize(step)}}]}""";

    /// <summary>The rules that a sentence gives, without those of the schema.</summary>
    public static IReadOnlyList<PipelineRule> ReadRules(string rule) => [.. MetadataReader.Read(WithRule(rule), "test.json").Rules.Where(r => !r.FromSchema)];
}
