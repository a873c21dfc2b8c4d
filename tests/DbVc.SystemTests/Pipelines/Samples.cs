namespace DbVc.SystemTests;

/// <summary>Pipelines written by hand, in the shape that the generator writes them.</summary>
internal static class Samples
{
    /// <summary>Each line is a record: a name, and its length.</summary>
    public const string Ingestion =
        """
        using System.IO;
        using System.Text;
        using DbVc.PipelineRuntime;

        namespace Sample;

        public sealed class Ingestion : IPipeline
        {
            public System.Collections.Generic.IReadOnlyList<PipelineColumn> Columns { get; } =
            [
                new PipelineColumn("name", CellKind.Text),
                new PipelineColumn("length", CellKind.Integer),
            ];

            public void Run(Stream source, IRowSink sink)
            {
                using var reader = new StreamReader(source, Encoding.UTF8);
                long record = 0;
                while (reader.ReadLine() is { } line)
                {
                    record++;
                    sink.Begin(record);
                    WriteRecord(sink, record, line);
                }
            }

            private static void WriteRecord(IRowSink sink, long record, string line)
            {
                var bytes = Encoding.UTF8.GetBytes(line);
                if (Validators.IsSkipped(line))
                {
                    sink.Filter();
                }
                else if (!Validators.IsName(line))
                {
                    sink.Fail("name", "name", bytes, "The name must be letters.");
                    sink.Reject(record, bytes);
                }
                else
                {
                    sink.Text(bytes);
                    sink.Integer(line.Length);
                    sink.Accept();
                }
            }
        }

        """;

    public const string Validators =
        """
        namespace Sample;

        public static class Validators
        {
            public static bool IsSkipped(string line) => line.Length > 0 && line[0] == '#';

            public static bool IsName(string line)
            {
                if (line.Length == 0)
                    return false;
                foreach (var letter in line)
                {
                    if (!char.IsLetter(letter))
                        return false;
                }
                return true;
            }

            public static string Size(int length) => length switch
            {
                < 0 => throw new System.ArgumentOutOfRangeException(nameof(length)),
                < 10 => "short",
                _ => "long",
            };
        }

        """;

    public const string Tests =
        """
        using Xunit;

        namespace Sample.Tests;

        public sealed class ValidatorTests
        {
            [Theory]
            [InlineData("Ada", true)]
            [InlineData("R2", false)]
            public void Names_are_letters(string line, bool expected) => Assert.Equal(expected, Validators.IsName(line));

            [Fact]
            public void A_comment_is_skipped() => Assert.True(Validators.IsSkipped("# no"));

            [Fact]
            public void Ten_is_long() => Assert.Equal("long", Validators.Size(10));
        }

        """;

    /// <summary>A pipeline with one text column whose <c>Run</c> has the given body.</summary>
    public static string WithBody(string body, string members = "") =>
        $$"""
        using System;
        using System.Collections.Generic;
        using System.IO;
        using System.Linq;
        using System.Text;
        using DbVc.PipelineRuntime;

        namespace Sample;

        public sealed class Ingestion : IPipeline
        {
            public IReadOnlyList<PipelineColumn> Columns { get; } = [new PipelineColumn("text", CellKind.Text)];

            public void Run(Stream source, IRowSink sink)
            {
                {{body}}
            }

            private static void Accept(IRowSink sink, long record, string text)
            {
                sink.Begin(record);
                sink.Text(Encoding.UTF8.GetBytes(text));
                sink.Accept();
            }

            {{members}}
        }

        """;

    public static long CountLines(Stream source)
    {
        using var reader = new StreamReader(source);
        long count = 0;
        while (reader.ReadLine() is not null)
            count++;
        return count;
    }
}
