using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

public sealed class EnglishOperationsTests
{
    [Theory]
    [InlineData("trim whitespace", "trim email / trim name / trim city / trim status / trim homepage_url / trim `full name` / trim `in`")]
    [InlineData("trim", "trim email / trim name / trim city / trim status / trim homepage_url / trim `full name` / trim `in`")]
    [InlineData("trim name", "trim name")]
    [InlineData("trim whitespace from name and city", "trim name / trim city")]
    [InlineData("Trim whitespace in name.", "trim name")]
    [InlineData("normalize email", "normalize email in email")]
    [InlineData("normalise email", "normalize email in email")]
    [InlineData("normalize email in name", "normalize email in name")]
    [InlineData("normalize emails", "normalize email in email")]
    [InlineData("lowercase email", "lowercase email")]
    [InlineData("lowercase email, name and city", "lowercase email / lowercase name / lowercase city")]
    [InlineData("make lowercase email", "lowercase email")]
    [InlineData("uppercase status", "uppercase status")]
    [InlineData("collapse whitespace in name", "collapse whitespace in name")]
    [InlineData("remove spaces from `full name`", "remove spaces from `full name`")]
    [InlineData("convert age to int", "convert age to int")]
    [InlineData("convert age to integer", "convert age to int")]
    [InlineData("convert price to a number", "convert price to float")]
    [InlineData("convert name to lowercase", "lowercase name")]
    [InlineData("handle nulls in age", "handle nulls in age")]
    [InlineData("empty to null in name", "empty to null in name")]
    [InlineData("treat 'NA', '-' as null in age", "treat 'NA', '-' as null in age")]
    [InlineData("treat 'x' and 'y' as missing in name, city", "treat 'x', 'y' as null in name / treat 'x', 'y' as null in city")]
    [InlineData("replace 'a' with '' in name", "replace 'a' with '' in name")]
    [InlineData("default age to 5", "default age to '5'")]
    [InlineData("left trim name", "left trim name")]
    [InlineData("rtrim name", "right trim name")]
    public void Steps_are_reduced_to_one_wording(string step, string expected)
    {
        var operations = MetadataReader.Read(SampleMetadata.WithStep(step), "test.json").Operations;
        Assert.Equal(expected, string.Join(" / ", operations.Select(o => o.Text)));
        foreach (var operation in operations)
        {
            Assert.Equal(operation.Text, Assert.Single(MetadataReader.Read(SampleMetadata.WithStep(operation.Text), "test.json").Operations).Text);
        }
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("clean everything", "stands where a step")]
    [InlineData("trim nmae", "did you mean 'name'?")]
    [InlineData("lowercase age", "needs text")]
    [InlineData("convert name to int", "needs a number")]
    [InlineData("convert age to float", "needs a float or decimal")]
    [InlineData("convert age to date", "it ends where 'from' should follow")]
    [InlineData("replace '' with 'x' in name", "is empty")]
    [InlineData("replace 'x' in name", "'with'")]
    [InlineData("default age to 'old'", "is no value of age")]
    [InlineData("treat 'x' in name", "stands where 'as'")]
    [InlineData("remove spaces", "it ends where 'from' should follow")]
    [InlineData("lowercase", "a field of the schema")]
    [InlineData("trim name quickly", "the end of the step")]
    public void What_is_not_understood_is_refused_with_the_nearest_known_forms(string step, string expected)
    {
        var problem = Assert.Single(MetadataReader.Check(SampleMetadata.WithStep(step)));
        Assert.Equal("$.preprocessing[0]", problem.Path);
        Assert.Contains(expected, problem.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("earest known forms: ", problem.Suggestion, StringComparison.Ordinal);
    }
}
