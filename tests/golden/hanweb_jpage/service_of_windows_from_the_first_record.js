








totalRecord=17.0;totalPage = 10;dataStore = ['<li><a title="关于样本事项之1的通知（仅供测试）" target="_blank" href="\/art\/2020\/3\/1\/art_46143_9001.html">关于样本事项...<\/a><b>2020-03-01<\/b><\/li>','<li><a title="关于样本事项之2的通知（仅供测试）" target="_blank" href="\/art\/2020\/3\/2\/art_46143_9002.html">关于样本事项...<\/a><span>[2020-03-02]<\/span><\/li>','<li><a title="关于样本事项之3的通知（仅供测试）" target="_blank" href="\/art\/2020\/3\/3\/art_46143_9003.html">关于样本事项...<\/a><i>2020-03-03<\/i><\/li>','<li><a title="关于样本事项之4的通知（仅供测试）" target="_blank" href="\/art\/2020\/3\/4\/art_46143_9004.html">关于样本事项...<\/a><b readlabel="date">2020-03-04<\/b><\/li>','<li><a href="\/art\/2020\/3\/5\/art_46143_9005.html"><span class="list_title">关于样本事项之5…<\/span><i>2020-03-05<\/i><\/a><\/li>','<tr><td>6<\/td><td><a title="关于样本事项之6的通知（仅供测试）" target="_blank" href="\/art\/2020\/3\/6\/art_46143_9006.html">关于样本事项...<\/a><\/td><td>2020-03-06<\/td><\/tr>'];
