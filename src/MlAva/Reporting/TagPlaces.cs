namespace MlAva.Reporting;

/// <summary>Where the numbers of persons stand in a picture: in a corner of the box, in one that no earlier number has taken.</summary>
static class TagPlaces
{
    /// <summary>The top left corners of tags, as shares of the picture's sides; null for persons whose box has no area.</summary>
    /// <param name="persons">The persons.</param>
    /// <param name="width">Width of a tag as a share of the picture's.</param>
    /// <param name="height">Height of a tag as a share of the picture's.</param>
    public static IReadOnlyList<(double X, double Y)?> Of(IEnumerable<ReportPerson> persons, double width, double height)
    {
        List<(double X, double Y)?> places = [];
        foreach (ReportPerson person in persons)
        {
            if ((person.PredictedBox ?? person.TrueBox) is not { HasArea: true } box)
            {
                places.Add(null);
                continue;
            }
            double left = Math.Clamp(box.X1, 0, 1 - width), right = Math.Clamp(box.X2 - width, 0, 1 - width);
            double top = Math.Clamp(box.Y1, 0, 1 - height), bottom = Math.Clamp(box.Y2 - height, 0, 1 - height);
            (double X, double Y)[] corners = [(left, top), (right, top), (left, bottom), (right, bottom)];
            int free = Array.FindIndex(corners, c => !places.Any(p => p is { } q && Math.Abs(q.X - c.X) < width && Math.Abs(q.Y - c.Y) < height));
            places.Add(corners[Math.Max(0, free)]);
        }
        return places;
    }
}
