








totalRecord=17.0;totalPage = 10;dataStore = ['<li><a title="关于样本事项之13的通知（仅供测试）" target="_blank" href="\/art\/2020\/3\/13\/art_46143_9013.html">关于样本事项...<\/a><b>2020-03-13<\/b><\/li>','<li><a title="关于样本事项之14的通知（仅供测试）" target="_blank" href="\/art\/2020\/3\/14\/art_46143_9014.html">关于样本事项...<\/a><b>2020-03-14<\/b><\/li>','<li><a title="关于样本事项之15的通知（仅供测试）" target="_blank" href="\/art\/2020\/3\/15\/art_46143_9015.html">关于样本事项...<\/a><b>2020-03-15<\/b><\/li>','<li><a title="关于样本事项之16的通知（仅供测试）" target="_blank" href="\/art\/2020\/3\/16\/art_46143_9016.html">关于样本事项...<\/a><b>2020-03-16<\/b><\/li>','<li><a title="关于样本事项之17的通知（仅供测试）" target="_blank" href="\/art\/2020\/3\/17\/art_46143_9017.html">关于样本事项...<\/a><b>2020-03-17<\/b><\/li>','<li class="line"><\/li>'];
