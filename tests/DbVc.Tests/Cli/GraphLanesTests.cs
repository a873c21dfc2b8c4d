using System.Text;
using DbVc.Commands;
using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

public sealed class GraphLanesTests
{
    [Fact]
    public void Criss_cross_merges_keep_their_lanes_apart() => Assert.Equal(
        """
        * h
        |\
        | * g
        * | f
        | * e
        | |\
        * | | d
        |\ \ \
        | |/ /
        | * | c
        |_|/
        * | b
        |/
        * a

        """, Draw("h: f g\ng: e\nf: d\ne: c b\nd: b c\nc: a\nb: a\na:"), ignoreLineEndingDifferences: true);

    [Fact]
    public void A_merge_of_five_opens_five_lanes_and_they_come_together() => Assert.Equal(
        """
        * o
        |\
        |\ \
        |\ \ \
        |\ \ \ \
        | * | | | e
        | | * | | d
        | | | * | c
        | | | | * b
        * | | | | a
        |_|_|_|/
        |_|_|/
        |_|/
        |/
        * r

        """, Draw("o: a b c d e\ne: r\nd: r\nc: r\nb: r\na: r\nr:"), ignoreLineEndingDifferences: true);

    [Fact]
    public void Branches_that_do_not_meet_at_the_top_and_a_second_root_are_drawn() => Assert.Equal(
        """
        * b2
        | * a2
        | | * m
        | | |\
        |_|_|/
        * | | b1
        | |/
        | * a1
        |/
        * r
        * q

        """, Draw("b2:b1\na2:a1\nm: a1 b1\nb1: r\na1: r\nr:\nq:"), ignoreLineEndingDifferences: true);

    /// <summary>Commits newest first, each with its parents: <c>name: parents</c>.</summary>
    private static string Draw(string history)
    {
        var graph = new GraphLanes();
        var drawn = new StringBuilder();
        foreach (var line in history.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (name, parents) = (line.Split(':')[0], line.Split(':')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
            foreach (var lanes in graph.Before(Id(name))) drawn.Append(lanes).Append('\n');
            var (left, right) = graph.At(Id(name));
            drawn.Append($"{left}*{right} {name}\n");
            foreach (var lanes in graph.After(Id(name), [.. parents.Select(Id)])) drawn.Append(lanes).Append('\n');
        }

        return drawn.ToString();
    }

    private static CommitId Id(string name) => new(Hash.Of(Encoding.UTF8.GetBytes(name)));
}
